"""Rate limits over HTTP: the answer 429, what every answer tells, who is counted."""

from collections.abc import Iterator
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from config.settings import settings
from config.vocabulary import Role
from deployments.stack.ports import free_ports
from tasks.accounts.logins import open_login_of
from tests.factories.accounts import DEVICE, create_login
from tests.fixtures.api import PATIENCE, serving
from tests.fixtures.database import read_settings_again
from ui.api.app import create_app

WRONG = {"email": "nobody@muster.example", "password": "x"}


@pytest.fixture
def limits(database: str, environment: pytest.MonkeyPatch) -> None:
    """Set limits that a test can reach."""
    assert database
    for name, limit in {"GENERAL": 3, "AUTH": 2, "ADMIN": 2, "INTERACTIVE": 5}.items():
        environment.setenv(f"MUSTER_LIMITS__{name}", str(limit))
    read_settings_again()


@pytest.fixture
def url(limits: None) -> Iterator[str]:
    """Serve the API with those limits."""
    assert limits is None
    with serving(create_app()) as address:
        yield address


def person(url: str, role: Role = Role.OPERATOR, *, email: str = "") -> httpx.Client:
    token = create_login(role, email=email).tokens.access
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE)


def told(answer: httpx.Response) -> tuple[int, int]:
    return (
        int(answer.headers["x-rate-limit-limit"]),
        int(answer.headers["x-rate-limit-remaining"]),
    )


def test_every_answer_tells_what_is_left(url: str) -> None:
    with person(url) as ana:
        first, second = ana.get("/campaigns"), ana.get("/auth/me")
        assert (told(first), told(second)) == ((5, 4), (5, 3))
        assert 3595 <= int(first.headers["x-rate-limit-reset"]) <= 3600
        missing = ana.get("/nothing")
        assert (missing.status_code, told(missing)) == (404, (3, 2))


def test_whoever_asks_too_often_is_told_how_long_to_wait(url: str) -> None:
    with person(url) as ana:
        answers = [ana.get("/campaigns") for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    refused = answers[-1]
    problem = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["error"] == "rate_limited"
    assert problem["retryAfter"] == int(refused.headers["retry-after"])
    assert 3590 <= problem["retryAfter"] <= 3600
    assert problem["correlationId"] == refused.headers["x-request-id"]
    assert told(refused) == (5, 0)


def test_both_forms_of_a_path_count_as_one(url: str) -> None:
    with person(url) as ana:
        assert told(ana.get("/campaigns"))[1] == 4
        assert told(ana.get("/api/v1/campaigns"))[1] == 3


def test_each_class_and_each_person_is_counted_alone(url: str) -> None:
    with person(url, email="a@b.example") as ana, person(url, email="b@b.example") as b:
        for _ in range(6):
            ana.get("/profiles")
        assert ana.get("/profiles").status_code == 429
        assert ana.get("/nothing").status_code == 404
        assert b.get("/profiles").status_code == 200


def test_two_logins_of_one_person_are_counted_together(url: str) -> None:
    first = create_login()
    second = open_login_of(first.caller.account_id, device=DEVICE)
    left = []
    for login in (first, second):
        headers = {"Authorization": f"Bearer {login.tokens.access}"}
        left.append(told(httpx.get(f"{url}/auth/me", headers=headers))[1])
    assert left == [4, 3]


def test_sign_ins_are_counted_by_address_and_a_refresh_does_not_eat_them(
    url: str,
) -> None:
    with httpx.Client(base_url=url) as visitor:
        for _ in range(4):
            assert visitor.post("/auth/refresh").status_code == 401
        assert visitor.post("/auth/login", json=WRONG).status_code == 401
        assert visitor.post("/auth/login", json={}).status_code == 422
        assert visitor.post("/auth/login", json=WRONG).status_code == 429


def test_a_token_that_is_not_good_makes_nobody_of_anybody(url: str) -> None:
    for token in ("one", "two"):
        headers = {"Authorization": f"Bearer {token}"}
        last = httpx.get(f"{url}/campaigns", headers=headers)
    assert told(last) == (5, 3)


def test_forwarded_addresses_are_believed_of_a_trusted_proxy_only(
    url: str, environment: pytest.MonkeyPatch
) -> None:
    def ask(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return httpx.post(f"{url}/auth/login", headers=headers, json=WRONG).status_code

    assert [ask(f"192.0.2.{n}") for n in range(3)] == [401, 401, 429]
    environment.setenv("MUSTER_LIMITS__TRUSTED_PROXIES", '["127.0.0.0/8"]')
    settings.cache_clear()
    assert [ask("192.0.2.1") for _ in range(3)] == [401, 401, 429]
    assert ask("192.0.2.2") == 401


def test_being_alive_is_told_however_often_one_asks(url: str) -> None:
    answers = [httpx.get(f"{url}/health") for _ in range(10)]
    assert {one.status_code for one in answers} == {200}
    assert "x-rate-limit-limit" not in answers[0].headers


def test_opening_a_websocket_counts(url: str) -> None:
    address = url.replace("http", "ws", 1) + "/tracking/ws"
    with person(url) as ana:
        headers = {"Authorization": ana.headers["Authorization"]}
        for _ in range(5):
            ana.get("/auth/me")
    with pytest.raises(InvalidStatus) as refused:
        connect(address, additional_headers=headers)
    answer = refused.value.response
    assert answer.status_code == 429
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 3500


def violations(administrator: httpx.Client, expected: int) -> list[dict[str, Any]]:
    deadline = monotonic() + 10
    while True:
        items: list[dict[str, Any]] = administrator.get(
            "/admin/limit-violations", params={"limitClass": "interactive"}
        ).json()["items"]
        if len(items) >= expected:
            return items
        assert monotonic() < deadline
        Event().wait(0.02)


def test_a_violation_is_written_down_once_a_minute(
    url: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_LIMITS__ADMIN", "1000")
    settings.cache_clear()
    with person(url) as ana, person(url, Role.ADMINISTRATOR) as administrator:
        answers = [ana.get("/profiles") for _ in range(9)]
        with httpx.Client(base_url=url) as visitor:
            for _ in range(9):
                visitor.get("/profiles")
        items = violations(administrator, 2)
        assert len(items) == 2
        # They are written beside the answers, in no order.
        by_account, by_address = sorted(items, key=lambda one: not one["accountId"])
        me = administrator.get("/auth/me").json()["id"]
        assert by_account["accountId"] not in {None, me}
        assert by_address["accountId"] is None
        assert by_address["address"] == "127.0.0.1"
        assert by_account["correlationId"] == answers[5].headers["x-request-id"]
        assert (by_account["allowed"], by_account["refused"]) == (5, 1)
        assert (by_account["method"], by_account["path"]) == (
            "GET",
            "/api/v1/profiles",
        )
        assert ana.get("/admin/limit-violations").status_code == 403


def test_without_redis_reading_goes_on_and_signing_in_is_closed(
    url: str, environment: pytest.MonkeyPatch
) -> None:
    assert httpx.get(f"{url}/health").is_success
    environment.setenv("MUSTER_REDIS__URL", f"redis://127.0.0.1:{free_ports(1)[0]}/0")
    settings.cache_clear()
    with serving(create_app()) as alone:
        closed = httpx.post(f"{alone}/auth/login", json=WRONG)
        assert closed.status_code == 503
        assert closed.json()["error"] == "limits_unavailable"
        assert closed.json()["retryAfter"] == 5
        page = [httpx.get(f"{alone}/login", timeout=20) for _ in range(6)]
        assert [one.status_code for one in page] == [200] * 5 + [429]
