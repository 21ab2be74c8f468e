"""The console's only door: what it asks, and what it makes of the answers."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest

from ui.console.api_client import Api, ProblemError, SignedOutError

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


def test_a_refusal_names_the_fields_that_must_change() -> None:
    said = {
        "error": "validation_error",
        "message": "One field is wrong.",
        "details": {"fields": [{"path": "name", "message": "too short"}]},
    }
    api = api_answering(lambda _: httpx.Response(422, json=said))
    with pytest.raises(ProblemError, match="One field is wrong") as refused:
        api.run_pipeline({})
    assert (refused.value.status, refused.value.error) == (422, "validation_error")
    assert [(one.path, one.message) for one in refused.value.fields] == [
        ("name", "too short")
    ]


def test_an_ended_login_is_told_apart() -> None:
    said = {"error": "INVALID_TOKEN", "message": "Sign in again."}
    api = api_answering(lambda _: httpx.Response(401, json=said))
    with pytest.raises(SignedOutError, match="Sign in again"):
        api.get_metrics()


def test_a_refusal_that_is_not_ours_is_still_a_sentence() -> None:
    api = api_answering(lambda _: httpx.Response(502, text="<html>bad gateway"))
    with pytest.raises(ProblemError, match="answered 502"):
        api.get_campaign(uuid4())


def test_an_api_that_does_not_answer_is_a_problem_with_advice() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ProblemError, match="try again in a moment"):
        api_answering(answer).list_recipes()


def test_an_answer_in_another_form_is_a_problem() -> None:
    api = api_answering(lambda _: httpx.Response(200, json={"items": 3}))
    with pytest.raises(ProblemError, match="same version"):
        api.list_recipes()
