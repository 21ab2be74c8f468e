"""What the console asks of the API, and what it makes of the answers."""

from collections.abc import Callable
from uuid import UUID

import httpx

from ui.console.api_client import Api

ID = UUID(int=7)


def api_answering(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    client = httpx.Client(
        base_url="http://muster.example/api/v1", transport=httpx.MockTransport(answer)
    )
    return Api(client, token="a token")


def test_each_request_is_made_in_the_name_of_the_person() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer a token"
        assert str(request.url) == "http://muster.example/api/v1/auth/me"
        return httpx.Response(
            200,
            json={"id": str(ID), "email": "a@muster.example", "displayName": "Ada"},
        )

    person = api_answering(answer).who_am_i()
    assert (person.id, person.display_name) == (ID, "Ada")


def test_what_is_not_asked_for_is_left_out_of_the_address() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"limit": "20"}
        return httpx.Response(200, json={"items": [], "next": None})

    assert api_answering(answer).list_campaigns().items == ()


def test_a_table_is_sent_piece_by_piece() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.read() == b"handle\nada\n"
        assert request.url.params["name"] == "people.csv"
        return httpx.Response(
            201,
            json={
                "tableId": str(ID),
                "name": "people.csv",
                "sizeBytes": 11,
                "form": "csv",
                "columns": ["handle"],
                "firstRow": {"handle": "ada"},
            },
        )

    table = api_answering(answer).upload_table(
        "people.csv", iter([b"handle\n", b"ada\n"])
    )
    assert table.first_row == {"handle": "ada"}
