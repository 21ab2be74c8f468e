"""Each branch of the error tree has its status; nothing leaks."""

import json

import pytest

from config import errors
from ui.api.problems import answer_error, path_of, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.RejectedError("x"), 400),
        (errors.UnauthenticatedError("x"), 401),
        (errors.ForbiddenError("x"), 403),
        (errors.NotFoundError("x"), 404),
        (errors.ConflictError("x"), 409),
        (errors.InvalidError("x"), 422),
        (errors.LimitedError("x"), 429),
        (errors.StaleError(2), 412),
        (errors.VersionRequiredError(), 428),
        (errors.RefusedError("x"), 502),
        (errors.UnreadableError("x"), 502),
        (errors.UnreachableError("x"), 503),
        (errors.BusyError("x"), 503),
        (errors.SetupError("x"), 500),
        (errors.ApplicationError("x"), 500),
    ],
)
def test_each_branch_has_its_status(
    error: errors.ApplicationError, status: int
) -> None:
    assert status_of(error) == status


def test_an_invalid_field_is_named_with_a_code() -> None:
    answer = answer_error(errors.InvalidError("too long", field="name"))
    told = json.loads(bytes(answer.body))
    assert told["details"]["fields"] == [
        {"code": "invalid", "path": "name", "message": "too long"}
    ]
    assert answer.media_type == "application/problem+json"


def test_a_wait_is_rounded_up_to_whole_seconds() -> None:
    answer = answer_error(errors.BusyError("later", retry_after_seconds=1.2))
    assert answer.headers["Retry-After"] == "2"
    assert json.loads(bytes(answer.body))["retryAfter"] == 2
    no_wait = answer_error(errors.BusyError("later"))
    assert "Retry-After" not in no_wait.headers
    assert "retryAfter" not in json.loads(bytes(no_wait.body))


def test_half_a_character_in_a_name_does_not_break_the_answer() -> None:
    answer = answer_error(errors.InvalidError("unknown", field="\ud800"))
    assert json.loads(bytes(answer.body))["details"]["fields"][0]["path"] == "?"


def test_a_setting_is_not_named_to_the_world() -> None:
    answer = answer_error(errors.SetupError("MUSTER_SECRET is abc"))
    assert b"MUSTER_SECRET" not in bytes(answer.body)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "name"), "name"),
        (("body", "source", "html_pages", "recipe"), "source.recipe"),
        (("body", "source", "html_pages", "hosts", 0), "source.hosts.0"),
        (("body", "criteria", "followers", "min"), "criteria.followers.min"),
        (("query", "limit"), "limit"),
        (("body",), "body"),
    ],
)
def test_a_place_in_a_request_is_named_as_the_caller_wrote_it(
    location: tuple[str | int, ...], path: str
) -> None:
    body = {
        "source": {"kind": "html_pages", "hosts": [1]},
        "criteria": {"followers": {"min": -1}},
    }
    assert path_of(location, body) == path
