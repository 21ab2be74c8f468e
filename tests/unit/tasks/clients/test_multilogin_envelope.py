"""Which of our errors an answer of Multilogin X is, and what is kept of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.errors import (
    BusyError,
    OutsideError,
    RefusedError,
    UnreachableError,
    UnreadableError,
)
from tasks.clients.multilogin_envelope import (
    LONGEST_BODY,
    Answer,
    mask_body,
    name_failure,
    read_answer,
)
from tasks.clients.multilogin_errors import (
    BrowserStartFailedError,
    CoreDownloadingError,
    MultiLoginAuthError,
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginRefusedError,
    MultiLoginServiceError,
    MultiLoginUnreachableError,
    MultiLoginUnreadableError,
    ProfileAlreadyRunningError,
    ProfileAlreadyStoppedError,
    ProfileLockedError,
    ProfileUnknownError,
    ProxyConnectionError,
)

NOON = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)
ID = "0c0ffee0-0000-4000-8000-000000000001"
JWT = "eyJhbGciOiJIUzUxMiJ9.eyJleHAiOjE3fQ.c2lnbmF0dXJl"


def answer(http: int, told: Any, headers: dict[str, str] | None = None) -> Answer:
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return read_answer(http, headers or {}, content, now=NOON)


def envelope(code: str = "", message: str = "", http: Any = 200) -> dict[str, Any]:
    return {"status": {"error_code": code, "http_code": http, "message": message}}


@pytest.mark.parametrize(
    ("http", "code", "message", "kind", "branch"),
    [
        (400, "BAD_REQUEST_VALUES", "x", MultiLoginRefusedError, RefusedError),
        (401, "UNAUTHORIZED_REQUEST", "Wrong JWT", MultiLoginAuthError, RefusedError),
        (401, "", "", MultiLoginAuthError, RefusedError),
        (403, "", "", MultiLoginRefusedError, RefusedError),
        (404, "", "", ProfileUnknownError, RefusedError),
        (409, "", "metadata exists", MultiLoginRefusedError, RefusedError),
        (429, "TOO_MANY_REQUESTS", "", MultiLoginBusyError, BusyError),
        (500, "TOO_MANY_REQUESTS", "", MultiLoginBusyError, BusyError),
        (501, "", "", MultiLoginUnreachableError, UnreachableError),
        (503, "", "", MultiLoginUnreachableError, UnreachableError),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "",
            MultiLoginUnreachableError,
            UnreachableError,
        ),
        (400, "PROFILE_ALREADY_RUNNING", "", ProfileAlreadyRunningError, RefusedError),
        (500, "PROFILE_ALREADY_RUNNING", "", ProfileAlreadyRunningError, RefusedError),
        (500, "LOCK_PROFILE_ERROR", "can't", ProfileLockedError, RefusedError),
        (400, "LOCK_PROFILE_ERROR", "can't", ProfileLockedError, RefusedError),
        (500, "CORE_DOWNLOADING_STARTED", "", CoreDownloadingError, BusyError),
        (500, "CORE_DOWNLOADING_ALREADY_STARTED", "", CoreDownloadingError, BusyError),
        (500, "GET_PROXY_CONNECTION_IP_ERROR", "", ProxyConnectionError, RefusedError),
        (500, "PROXY_CONNECTION_ERROR", "", ProxyConnectionError, RefusedError),
        (500, "", "proxy creation error", ProxyConnectionError, RefusedError),
        (500, "", "profile already stopped", ProfileAlreadyStoppedError, RefusedError),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "Failed to download core: downloading of core already started",
            CoreDownloadingError,
            BusyError,
        ),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "browser profile failed to start",
            BrowserStartFailedError,
            UnreachableError,
        ),
    ],
)
def test_an_answer_is_named_by_its_code_then_its_status_then_its_words(
    http: int,
    code: str,
    message: str,
    kind: type[MultiLoginError],
    branch: type[OutsideError],
) -> None:
    failed = answer(http, envelope(code, message, http))
    failure = name_failure(failed, browser_profile_id=ID)
    assert type(failure) is kind
    assert isinstance(failure, branch)
    assert failure.retryable is branch.retryable
    assert (failure.error_code, failure.http_status) == (code, http)
    assert failure.browser_profile_id == ID
    if kind is not MultiLoginAuthError:
        assert isinstance(failure, MultiLoginServiceError)


def test_a_status_in_the_envelope_may_be_a_number_in_a_text() -> None:
    assert answer(200, envelope(http="200")).is_success
    assert answer(201, envelope(http=201)).is_success
    assert not answer(200, envelope(http="500")).is_success
    assert not answer(200, envelope("LOCK_PROFILE_ERROR")).is_success


def test_data_may_be_absent_null_a_list_or_an_object() -> None:
    assert answer(200, envelope()).data is None
    for data in (None, [], [1], {"a": 1}):
        assert answer(200, {**envelope(), "data": data}).data == data


def test_the_proxy_hosts_own_forms_are_read() -> None:
    made = answer(201, {"status": 200, "data": "h:1:u:p"})
    assert (made.is_success, made.data) == (True, "h:1:u:p")
    bare = answer(200, {"traffic": 5, "billingId": "7"})
    assert (bare.is_success, bare.data) == (True, {"traffic": 5, "billingId": "7"})
    told = {"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}
    busy = answer(429, told, {"Retry-After-short": "1"})
    assert name_failure(busy).retry_after_seconds == 1.0
    assert isinstance(name_failure(busy), MultiLoginBusyError)
    wrong = answer(400, {"statusCode": 400, "message": ["a", "b"], "error": "Bad"})
    assert "a; b" in name_failure(wrong).message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after-short": "2"}, 2.0),
        ({"Retry-After": "3", "Retry-After-short": "1"}, 3.0),
        ({"Retry-After": "Fri, 01 May 2026 12:00:30 GMT"}, 20.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_what_it_asks_us_to_wait_is_read(
    headers: dict[str, str], seconds: float | None
) -> None:
    failure = name_failure(answer(429, envelope("TOO_MANY_REQUESTS"), headers))
    assert failure.retry_after_seconds == seconds
    assert failure.details == {"retryAfter": seconds}


def test_a_page_in_place_of_json_is_unreadable_or_out_of_order() -> None:
    page = b"<html>no</html>"
    assert isinstance(name_failure(answer(200, page)), MultiLoginUnreadableError)
    assert isinstance(name_failure(answer(200, page)), UnreadableError)
    assert isinstance(name_failure(answer(502, page)), MultiLoginUnreachableError)


def test_what_it_said_is_kept_beside_the_details_and_holds_no_secret() -> None:
    told = {
        **envelope(
            "BAD_REQUEST_VALUES", f"token {JWT} for http://ann:hush@p.example:1"
        ),
        "data": {
            "refresh_token": "hush",
            "parameters": {"proxy": {"host": "p", "password": "hush"}},
            "line": "gate.example:8080:ann:hush:hush",
        },
    }
    failure = name_failure(answer(400, told))
    shown = f"{failure} {failure!r} {failure.details} {failure.said} {failure.args}"
    assert "hush" not in shown
    assert JWT not in shown
    assert failure.details == {}
    assert "BAD_REQUEST_VALUES" in failure.said.body


def test_a_body_is_cut() -> None:
    assert len(mask_body("x" * 10_000)) == LONGEST_BODY
    assert len(name_failure(answer(400, envelope("X", "y" * 10_000))).message) < 300


def test_an_answer_does_not_show_its_data() -> None:
    told = {**envelope(), "data": {"token": "hush"}}
    assert "hush" not in repr(answer(200, told))
