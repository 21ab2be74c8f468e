"""A browser profile to start, processes that start it, and how often they do."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from uuid import UUID

import psutil
import pytest

from tests.factories.browser_profiles import make_browser_profile
from tests.fixtures.multilogin import MultiloginX

_PROCESS = "tests.integration.tasks.browser_profiles.starting_process"

StartProcess = Callable[..., "subprocess.Popen[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of this folder be run with more rounds: `--rounds 200`."""
    parser.addoption("--rounds", type=int, default=8)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How often a race is run."""
    return int(request.config.getoption("--rounds", default=8))


@pytest.fixture
def browser_profile_id(database: str, multilogin: MultiloginX) -> Iterator[UUID]:
    """Make a browser profile; close every browser afterwards."""
    assert database
    yield make_browser_profile()
    multilogin.stop_all()


@pytest.fixture
def start_process() -> Iterator[StartProcess]:
    """Return what starts a worker of these tests; end those that are left."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", _PROCESS, *map(str, words)]
        process = subprocess.Popen(  # noqa: S603 - ours
            command, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def open_browsers(browser_profile_id: UUID) -> list[int]:
    """Return the process ids of the browsers on a browser profile's data."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        is_main = not any(one.startswith("--type=") for one in words)
        data = [one for one in words if one.startswith("--user-data-dir=")]
        if is_main and any(str(browser_profile_id) in one for one in data):
            found.append(process.pid)
    return found
