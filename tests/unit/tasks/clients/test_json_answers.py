"""What a JSON interface's answer means, and how long it asks us to wait."""

from datetime import UTC, datetime

import pytest

from config.errors import ApplicationError, RefusedError
from tasks.clients.json_answers import (
    NotThereError,
    SaidInError,
    TryAgain,
    is_safe_for_keys,
    judge_answer,
    next_link,
    wish_of,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://api.example/people"


@pytest.mark.parametrize(
    ("headers", "status", "seconds"),
    [
        ({"Retry-After": "30"}, 429, 30),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:05 GMT"}, 503, 5),
        ({"Retry-After": "5", "X-RateLimit-Remaining": "0"}, 200, 5),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 60)}, 429, 60),
        ({"x-rate-limit-reset": "9"}, 429, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, 403, 7),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, 200, 7),
        (
            {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "2026-11-23T12:05:00.000000Z",
            },
            200,
            300,
        ),
        ({"RateLimit-Remaining": "1", "RateLimit-Reset": "60"}, 200, None),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "soon"}, 200, None),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "nan"}, 200, None),
        ({"Retry-After": "soon"}, 429, None),
        ({}, 429, None),
    ],
)
def test_the_wish_to_be_left_alone_is_read_in_every_form(
    headers: dict[str, str], status: int, seconds: float | None
) -> None:
    assert wish_of(headers, status=status, now=lambda: NOW) == seconds


@pytest.mark.parametrize(
    ("status", "said", "retry_after", "is_limit"),
    [
        (429, SaidInError(), None, True),
        (403, SaidInError(is_busy=True), None, True),
        (403, SaidInError(), 60.0, True),
        (400, SaidInError(is_busy=True), None, True),
        (500, SaidInError(), None, False),
        (503, SaidInError(), 1.0, False),
    ],
)
def test_what_may_succeed_later_is_tried_again(
    status: int, said: SaidInError, retry_after: float | None, *, is_limit: bool
) -> None:
    verdict = judge_answer(status=status, url=URL, said=said, retry_after=retry_after)
    assert isinstance(verdict, TryAgain)
    assert verdict.is_limit is is_limit


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (404, SaidInError(), NotThereError),
        (410, SaidInError(), NotThereError),
        (400, SaidInError(is_gone=True), NotThereError),
        (401, SaidInError(), RefusedError),
        (403, SaidInError("No access"), RefusedError),
        (400, SaidInError("Bad field"), RefusedError),
    ],
)
def test_what_is_refused_is_told_in_the_services_words(
    status: int, said: SaidInError, kind: type[ApplicationError]
) -> None:
    verdict = judge_answer(status=status, url=URL, said=said, retry_after=None)
    assert type(verdict) is kind
    assert (said.message or "") in verdict.message


def test_a_good_answer_is_read_whatever_it_says() -> None:
    said = SaidInError("all is well", is_busy=True)
    assert judge_answer(status=200, url=URL, said=said, retry_after=3) is None


def test_the_next_page_is_the_link_with_that_relation() -> None:
    links = {"next": {"url": "/people?since=2"}, "first": {"url": "/people"}}
    assert next_link(links, url=URL) == "https://api.example/people?since=2"
    assert next_link({"first": {"url": "/people"}}, url=URL) is None


def test_a_key_goes_out_encrypted_or_not_at_all() -> None:
    assert is_safe_for_keys("https://api.example")
    assert is_safe_for_keys("http://127.0.0.1:8000")
    assert not is_safe_for_keys("http://api.example")
