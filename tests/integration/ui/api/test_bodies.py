"""What is taken in, and what is refused before anybody reads it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.settings import settings
from config.vocabulary import Role
from tests.fixtures.api import SignedIn

JSON = {"Content-Type": "application/json"}
REPORT = {"type": "review", "data": {"word": "x"}}


@pytest.fixture
def program(signed_in: SignedIn, environment: pytest.MonkeyPatch) -> httpx.Client:
    environment.setenv("MUSTER_LIMITS__LARGEST_BODY_BYTES", "2048")
    settings.cache_clear()
    return signed_in(Role.ADMINISTRATOR)


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["correlationId"] == answer.headers["x-request-id"]
    return problem


def test_a_body_that_is_too_large_is_refused_by_its_length(
    program: httpx.Client,
) -> None:
    big = {"type": "review", "data": {"word": "x" * 3_000}}
    answer = program.post("/analytics/event", json=big)
    assert answer.status_code == 413
    assert problem_of(answer)["error"] == "body_too_large"
    assert problem_of(answer)["details"] == {"largestBytes": 2048}


def test_a_body_of_no_stated_length_is_refused_as_soon_as_it_is_too_large(
    program: httpx.Client,
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"type": "review", "data": {"word": "'
        for _ in range(10):
            yield b"x" * 500

    answer = program.post("/analytics/event", content=pieces(), headers=JSON)
    assert answer.status_code == 413
    assert problem_of(answer)["error"] == "body_too_large"


def test_a_table_has_a_limit_of_its_own(program: httpx.Client) -> None:
    rows = b"user,fans\n" + b"mira,12\n" * 1_000
    assert program.post("/campaigns/tables", content=rows).status_code == 201


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "json", "text/json"]
)
def test_what_does_not_say_that_it_is_json_is_refused(
    program: httpx.Client, kind: str
) -> None:
    answer = program.post(
        "/analytics/event",
        content=json.dumps(REPORT),
        headers={"Content-Type": kind} if kind else {},
    )
    assert answer.status_code == 415
    assert "application/json" in problem_of(answer)["message"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.muster+json",
    ],
)
def test_json_is_taken_in(program: httpx.Client, kind: str) -> None:
    answer = program.post(
        "/analytics/event", content=json.dumps(REPORT), headers={"Content-Type": kind}
    )
    assert answer.status_code == 202, answer.text


def test_a_request_without_a_body_needs_no_type(program: httpx.Client) -> None:
    assert program.post("/auth/logout").status_code == 204


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b'"\xff"',
        b'{"type": "\xc3\x28"}',
        b"\x00",
        b"{",
        b'{"\\ud800": 1}',
        b'{"type": "\\ud800", "data": {"\\ud800": "\\ud800"}}',
        b'{"type": "review", "data": {"a": "\\u0000"}}',
        b'{"type": "review", "data": {"a\\u0000": 1}}',
        b'{"type": "review", "data": {"a": ' + b"9" * 1_900 + b"}}",
        b"[" * 2_000,
        b"9" * 2_000,
        b"\xef\xbb\xbf{}",
        b"null",
        b"NaN",
    ],
)
def test_bytes_that_mean_nothing_are_a_problem_and_never_500(
    program: httpx.Client, content: bytes
) -> None:
    for path in ("/analytics/event", "/pipeline/run", "/campaigns", "/auth/login"):
        answer = program.post(path, content=content, headers=JSON)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        problem_of(answer)


def test_a_number_that_is_none_is_no_reason_to_fail(program: httpx.Client) -> None:
    for number in ("NaN", "Infinity", "1e999", "-1e999"):
        content = f'{{"type": "review", "data": {{"a": {number}}}}}'
        answer = program.post("/analytics/event", content=content, headers=JSON)
        assert answer.status_code < 500, (number, answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/campaigns/%ff",
        "/campaigns/%00",
        "/campaigns/..%2f..%2fetc",
        "/campaigns?after=%ff",
        "/campaigns?after=%00",
        "/campaigns?after=a~b",
        "/campaigns?sort=password",
        "/campaigns?sort=name&after=00000000-0000-0000-0000-000000000000",
        "/campaigns?limit=99999999999999999999",
        "/campaigns?status=asleep",
        "/admin/errors?after=00000000-0000-0000-0000-000000000000~yesterday",
        "/admin/errors?sort=count&after=00000000-0000-0000-0000-000000000000~9e9",
        "/admin/errors?kind=%00",
        "/admin/limit-violations?limitClass=none",
        "/admin/limit-violations?accountId=1",
    ],
)
def test_a_strange_address_is_no_reason_to_fail(
    program: httpx.Client, path: str
) -> None:
    answer = program.get(path)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        problem_of(answer)
