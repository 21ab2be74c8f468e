"""An error nobody has a word for: answered in the one form, kept, shown to few."""

from collections.abc import Iterator
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from config.errors import SetupError
from config.vocabulary import Role
from tests.factories.accounts import create_login
from tests.fixtures.api import PATIENCE, serving
from ui.api.app import create_app

SECRET = "INSERT INTO accounts; password=hunter2"


def broken_app() -> FastAPI:
    app = create_app()

    @app.get("/api/v1/broken")
    def break_down() -> None:
        raise ZeroDivisionError(SECRET)

    @app.get("/api/v1/not-set-up")
    def miss_a_setting() -> None:
        raise SetupError(SECRET)

    @app.websocket("/api/v1/broken-socket")
    async def break_down_live(_socket: WebSocket) -> None:
        raise ZeroDivisionError(SECRET)

    return app


@pytest.fixture
def url(database: str) -> Iterator[str]:
    assert database
    with serving(broken_app()) as address:
        yield address


def person(url: str, role: Role) -> httpx.Client:
    token = create_login(role).tokens.access
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE)


def kept(url: str, expected: int) -> list[dict[str, Any]]:
    deadline = monotonic() + 10
    with person(url, Role.ADMINISTRATOR) as administrator:
        while True:
            answer = administrator.get("/admin/errors", params={"limit": 10})
            items: list[dict[str, Any]] = answer.json()["items"]
            if len(items) >= expected:
                return items
            assert monotonic() < deadline
            Event().wait(0.02)


def test_a_defect_is_answered_with_a_problem_that_says_nothing_and_is_kept(
    url: str,
) -> None:
    headers = {"X-Request-ID": "of-the-caller"}
    answer = httpx.get(f"{url}/api/v1/broken", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "of-the-caller"
    problem = answer.json()
    assert problem["error"] == "internal_error"
    assert problem["correlationId"] == "of-the-caller"
    for word in ("INSERT", "hunter2", "ZeroDivision", "Traceback", ".py"):
        assert word not in answer.text
    (failure,) = kept(url, 1)
    assert failure["kind"] == "ZeroDivisionError"
    assert failure["correlationId"] == "of-the-caller"
    assert failure["place"] == "GET /api/v1/broken"
    assert failure["count"] == 1
    assert "hunter2" not in str(failure)


def test_a_missing_setting_is_kept_and_not_named_to_the_world(url: str) -> None:
    answer = httpx.get(f"{url}/api/v1/not-set-up")
    assert answer.status_code == 500
    assert answer.json()["error"] == "setup_error"
    assert "INSERT" not in answer.text
    (failure,) = kept(url, 1)
    assert failure["kind"] == "config.errors.SetupError"


def test_a_defect_on_a_websocket_is_kept_too(url: str) -> None:
    with pytest.raises(InvalidStatus):
        connect(f"{url.replace('http', 'ws', 1)}/api/v1/broken-socket")
    (failure,) = kept(url, 1)
    assert failure["place"] == "WebSocket /api/v1/broken-socket"
    assert failure["correlationId"]


def test_what_was_refused_is_no_failure(url: str) -> None:
    for path in ("/nothing", "/campaigns", "/profiles/%00"):
        assert httpx.get(f"{url}{path}").status_code in {401, 404, 422}
    httpx.get(f"{url}/api/v1/broken")
    assert len(kept(url, 1)) == 1


def test_only_who_may_read_them_reads_them(url: str) -> None:
    with person(url, Role.OPERATOR) as operator:
        answer = operator.get("/admin/errors")
    assert answer.status_code == 403
    assert answer.json()["details"] == {"permission": "admin.errors.read"}
