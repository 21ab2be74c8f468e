"""What a refusal of the API becomes, whatever form it comes in."""

from collections.abc import Callable

import httpx
import pytest

from ui.console.answers import RecipeList
from ui.console.api_door import (
    Door,
    ProblemError,
    SignedOutError,
    StaleError,
    TooOftenError,
)


def door_answering(answer: Callable[[httpx.Request], httpx.Response]) -> Door:
    client = httpx.Client(
        base_url="http://muster.example/api/v1", transport=httpx.MockTransport(answer)
    )
    return Door(client, token="a token")


def refused(status: int, body: object, **headers: str) -> ProblemError:
    answer = httpx.Response(status, json=body, headers=headers)
    with pytest.raises(ProblemError) as caught:
        door_answering(lambda _: answer).tell("POST", "/anything")
    return caught.value


def test_an_ended_login_is_told_apart() -> None:
    said = {"error": "INVALID_TOKEN", "message": "Sign in again."}
    problem = refused(401, said)
    assert isinstance(problem, SignedOutError)
    assert problem.message == "Sign in again."


def test_something_changed_by_somebody_else_is_told_apart() -> None:
    assert isinstance(refused(412, {"error": "stale", "message": "x"}), StaleError)


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"retryAfter": 30}, {"Retry-After": "7"}, 30),
        ({}, {"Retry-After": "7"}, 7),
        ({"retryAfter": 0.2}, {}, 1),
        ({"retryAfter": None}, {"Retry-After": "Sun, 22 Nov 2026 12:00:00 GMT"}, 30),
        ([], {}, 30),
    ],
)
def test_a_limit_says_how_long_to_wait(
    body: object, headers: dict[str, str], seconds: float
) -> None:
    problem = refused(429, body, **headers)
    assert isinstance(problem, TooOftenError)
    assert problem.retry_after == seconds


def test_a_refusal_names_the_fields_that_must_change() -> None:
    said = {
        "error": "validation_error",
        "message": "One field is wrong.",
        "details": {"fields": [{"path": "name", "message": "too short"}]},
    }
    problem = refused(422, said)
    assert (problem.status, problem.error) == (422, "validation_error")
    assert [(one.path, one.message) for one in problem.fields] == [
        ("name", "too short")
    ]


def test_a_refusal_that_is_not_ours_is_still_a_sentence() -> None:
    door = door_answering(lambda _: httpx.Response(502, text="<html>bad gateway"))
    with pytest.raises(ProblemError, match="answered 502"):
        door.tell("GET", "/recipes")


def test_an_api_that_does_not_answer_is_a_problem_with_advice() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ProblemError, match="try again in a moment"):
        door_answering(answer).ask("GET", "/recipes", RecipeList)


def test_an_answer_in_another_form_is_a_problem() -> None:
    door = door_answering(lambda _: httpx.Response(200, json={"items": 3}))
    with pytest.raises(ProblemError, match="same version"):
        door.ask("GET", "/recipes", RecipeList)


def test_what_is_sent_with_a_request_comes_beside_who_asks() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer a token"
        assert request.headers["if-match"] == '"3"'
        return httpx.Response(204)

    door = door_answering(answer)
    door.tell("PATCH", "/anything", json={}, headers={"If-Match": '"3"'})
