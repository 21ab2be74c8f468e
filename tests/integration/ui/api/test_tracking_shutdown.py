"""The whole process lets its followers go at once, and tells them to come back."""

import sys
from pathlib import Path

import httpx

from deployments.stack.ports import LOOPBACK, free_ports
from deployments.stack.processes import base_environment, start_process, stop_process
from tests.factories.accounts import create_login
from tests.fixtures.live import live
from tests.fixtures.servers import wait_until


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


def test_the_process_ends_at_once_and_sockets_are_told_to_come_back(
    database: str, service_environment: dict[str, str], tmp_path: Path
) -> None:
    assert database
    token = create_login().tokens.access
    log, port = tmp_path / "api.log", free_ports(1)[0]
    url = f"http://{LOOPBACK}:{port}"
    process = start_process(
        [sys.executable, "-m", "ui.api"],
        environment=base_environment("tests")
        | service_environment
        | {"MUSTER_API__PORT": str(port), "MUSTER_PREFECT__API_URL": ""},
        log=log,
    )
    try:
        wait_until(lambda: answers(url), process, log)
        headers = {"Authorization": f"Bearer {token}"}
        with (
            httpx.Client(base_url=url, headers=headers) as client,
            live(client) as one,
            live(client, path="/api/v1/tracking/ws") as other,
        ):
            for socket in (one, other):
                assert socket.hear()["type"] == "ready"
            process.terminate()
            assert one.hear_close()[0] == other.hear_close()[0] == 1012
            process.wait(20)
    finally:
        stop_process(process)
    assert "Traceback" not in log.read_text()
