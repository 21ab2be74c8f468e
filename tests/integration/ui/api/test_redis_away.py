"""Without Redis: plain work goes on; refreshing, signing in, administering do not."""

from collections.abc import Iterator

import httpx
import pytest

from config.vocabulary import Role
from tasks.accounts import deny_list
from tasks.accounts.logins import OpenedLogin
from tests.factories.accounts import PASSWORD, create_login
from tests.fixtures.api import serving
from ui.api.app import create_app


@pytest.fixture
def root(database: str) -> OpenedLogin:
    assert database
    return create_login(Role.ADMINISTRATOR)


@pytest.fixture
def client(
    root: OpenedLogin, redis_away: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    """Serve the API to an administrator while nothing listens where Redis was."""
    assert redis_away is None
    monkeypatch.setattr(deny_list, "_ask_again_at", 0.0)
    with serving(create_app()) as url, httpx.Client(base_url=url) as client:
        client.headers["Authorization"] = f"Bearer {root.tokens.access}"
        yield client


def test_plain_work_goes_on_by_the_login_in_the_database(client: httpx.Client) -> None:
    assert client.get("/auth/me").status_code == 200
    assert client.get("/campaigns").status_code == 200
    assert client.get("/auth/logins").status_code == 200


@pytest.mark.parametrize("path", ["/admin/accounts", "/admin/roles", "/admin/audit"])
def test_the_administration_is_closed(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (503, "login_uncertain")


def test_nobody_refreshes(client: httpx.Client, root: OpenedLogin) -> None:
    headers = {
        "Cookie": f"__Host-refresh={root.tokens.refresh}",
        "Sec-Fetch-Site": "same-origin",
    }
    answer = client.post("/auth/refresh", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "login_uncertain")


def test_nobody_signs_in(client: httpx.Client) -> None:
    known = {"email": "administrator@muster.example", "password": PASSWORD}
    assert client.post("/auth/login", json=known).status_code == 503


def test_signing_out_works_all_the_same(client: httpx.Client) -> None:
    assert client.post("/auth/logout").status_code == 204
    assert client.get("/auth/me").status_code == 401
