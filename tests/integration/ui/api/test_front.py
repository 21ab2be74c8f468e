"""The whole process: the console behind its gate, and how it ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from time import monotonic

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from deployments.stack.ports import LOOPBACK, free_ports
from deployments.stack.processes import base_environment, start_process, stop_process
from tasks.accounts.logins import OpenedLogin, close_login
from tasks.database import transaction
from tests.factories.accounts import create_login
from tests.fixtures.servers import wait_until

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


@pytest.fixture(scope="module")
def front(
    migrated_database: str,
    service_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Run `python -m ui.api` and yield its address."""
    assert migrated_database
    log = tmp_path_factory.mktemp("front") / "api.log"
    with running_front(service_environment, log) as (url, _):
        yield url


@contextmanager
def running_front(
    environment: dict[str, str], log: Path
) -> Iterator[tuple[str, "Stopper"]]:
    port = free_ports(1)[0]
    process = start_process(
        [sys.executable, "-m", "ui.api"],
        environment=base_environment("tests")
        | environment
        | {"MUSTER_API__PORT": str(port), "MUSTER_PREFECT__API_URL": ""},
        log=log,
    )
    url = f"http://{LOOPBACK}:{port}"
    stopper = Stopper(process)
    try:
        wait_until(lambda: answers(url), process, log)
        yield url, stopper
    finally:
        stopper.stop()


class Stopper:
    """Stops a process once, and knows how long that took."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def stop(self) -> float:
        """Stop it, and return after how many seconds it had ended."""
        began = monotonic()
        stop_process(self._process, grace=20)
        return monotonic() - began


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


def cookies_of(opened: OpenedLogin, *names: str) -> dict[str, str]:
    values = {"access": opened.tokens.access, "refresh": opened.tokens.refresh}
    return {"Cookie": "; ".join(f"__Host-{name}={values[name]}" for name in names)}


def open_socket(url: str, headers: dict[str, str]) -> ClientConnection:
    address = f"{url.replace('http', 'ws', 1)}/console/_stcore/stream"
    return connect(address, additional_headers=headers, origin=url)  # type: ignore[arg-type]  # an Origin is a str


def read_to_the_end(connection: ClientConnection) -> None:
    while True:
        connection.recv(timeout=15)


@pytest.fixture
def login(database: str) -> OpenedLogin:
    assert database
    return create_login()


def test_the_root_leads_to_the_console_and_from_there_to_signing_in(front: str) -> None:
    with httpx.Client(base_url=front, headers=NAVIGATION) as browser:
        assert browser.get("/").headers["location"] == "/console"
        answer = browser.get("/console/review?campaign=7")
        assert answer.status_code == 303
        page = answer.headers["location"]
        assert page == "/login?next=/console/review%3Fcampaign%3D7"
        shown = browser.get(page)
        assert shown.status_code == 200
        assert "script-src 'sha256-" in shown.headers["content-security-policy"]


def test_with_an_access_cookie_the_console_is_shown(
    front: str, login: OpenedLogin
) -> None:
    headers = NAVIGATION | cookies_of(login, "access")
    for path in ("/console", "/console/", "/console/review"):
        answer = httpx.get(f"{front}{path}", headers=headers, follow_redirects=True)
        assert answer.status_code == 200, path
        assert "<title>Streamlit</title>" in answer.text or "root" in answer.text


def test_with_a_refresh_cookie_alone_one_is_taken_back_in(
    front: str, login: OpenedLogin
) -> None:
    with transaction() as session:
        an_hour = {"by": timedelta(hours=1)}
        session.execute(
            text("UPDATE logins SET rotated_at = rotated_at - :by"), an_hour
        )
    headers = NAVIGATION | cookies_of(login, "refresh")
    answer = httpx.get(f"{front}/console/review?a=1", headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/review?a=1"
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    assert cookies["__Host-refresh"].value != login.tokens.refresh
    access = {"Cookie": f"__Host-access={cookies['__Host-access'].value}"}
    assert httpx.get(f"{front}/auth/me", headers=access).status_code == 200


def test_a_page_that_fetches_by_itself_is_refused_and_nothing_is_rotated(
    front: str, login: OpenedLogin
) -> None:
    headers = cookies_of(login, "refresh") | {"Sec-Fetch-Mode": "cors"}
    for path in (
        "/console/_stcore/metrics",
        "/console/_stcore/script-health-check",
        "/console/_stcore/agent/openapi.json",
        "/console/media/x.png",
        "/console/component/x",
        "/console/review/_stcore/health",
    ):
        answer = httpx.get(f"{front}{path}", headers=headers)
        assert answer.status_code == 401, path
        assert answer.json()["correlationId"]
        assert not answer.headers.get_list("set-cookie")


def test_health_and_host_config_are_open(front: str) -> None:
    assert httpx.get(f"{front}/console/_stcore/health").text == "ok"
    assert httpx.get(f"{front}/console/_stcore/host-config").status_code == 200


def test_the_console_s_connection_needs_a_cookie(
    front: str, login: OpenedLogin
) -> None:
    for headers in (
        {},
        {"x-muster-sub": str(login.caller.account_id)},
        cookies_of(login, "refresh"),
        {"Authorization": f"Bearer {login.tokens.access}"},
    ):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(front, headers)
        assert refused.value.response.status_code == 403
    with open_socket(front, cookies_of(login, "access")) as connection:
        assert connection.ping().wait(5)


def test_the_console_s_connection_ends_with_the_login(
    front: str, login: OpenedLogin
) -> None:
    with open_socket(front, cookies_of(login, "access")) as connection:
        assert connection.ping().wait(5)
        close_login(login.caller.login_id)
        with pytest.raises(ConnectionClosed) as closed:
            read_to_the_end(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_the_process_ends_while_somebody_follows_the_stream(
    login: OpenedLogin, service_environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "api.log"
    headers = {"Authorization": f"Bearer {login.tokens.access}"}
    with running_front(service_environment, log) as (url, stopper):
        address = f"{url}/tracking/stream"
        with httpx.stream("GET", address, headers=headers, timeout=20) as answer:
            told = answer.iter_text()
            assert next(told).startswith(":ok")
            with open_socket(url, cookies_of(login, "access")):
                assert stopper.stop() < 5
            assert not list(told)
    assert "Traceback" not in log.read_text()


def test_a_page_of_the_console_is_framed_by_itself_at_most(front: str) -> None:
    for path in ("/console/_stcore/health", "/console/review"):
        told = httpx.get(f"{front}{path}").headers
        assert told["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'self'" in told["content-security-policy"]
        assert "object-src 'none'" in told["content-security-policy"]
        assert "base-uri 'none'" in told["content-security-policy"]
