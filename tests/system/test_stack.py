"""The one-machine stack as a person uses it: `deployments/up` and `down`."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from deployments.stack.health import answers
from deployments.stack.home import Home, is_held
from deployments.stack.ports import API, free_port_settings
from deployments.stack.processes import base_environment, leftovers
from deployments.stack.state import PartState, Phase, StackState, read_state
from tests.fixtures.servers import server_folder

CHECKOUT = Path(__file__).parents[2]
RESULT = {
    "campaign_id",
    "acquired",
    "scored",
    "queued",
    "rejected",
    "seconds",
    "stages",
}


@dataclass(frozen=True)
class Place:
    """A home and ports of its own, and what is done there."""

    home: Home
    environment: dict[str, str]

    def start(self, script: str, *words: str) -> subprocess.Popen[str]:
        """Start a script; both its outputs are one."""
        return subprocess.Popen(  # noqa: S603 - our own scripts
            [CHECKOUT / "deployments" / script, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, script: str, *words: str) -> tuple[int, str]:
        """Run a script to its end; return exit code and output."""
        script_run = self.start(script, *words)
        output, _ = script_run.communicate(timeout=150)
        return script_run.returncode, output

    @property
    def state(self) -> StackState:
        """What the supervisor says."""
        state = read_state(self.home)
        assert state is not None
        return state

    def part(self, name: str) -> PartState:
        """Return one part as the supervisor sees it."""
        return next(part for part in self.state.parts if part.name == name)


def make_place(folder: Path) -> Place:
    """Return a place that nothing of the suite's own environment reaches."""
    inherited = {
        name: value
        for name, value in base_environment("").items()
        if not name.startswith(("MUSTER_", "PREFECT_"))
    }
    home = Home(folder)
    ports = free_port_settings()
    return Place(home, {**inherited, **ports, "MUSTER_HOME": str(home.folder)})


@pytest.fixture
def place() -> Iterator[Place]:
    with server_folder() as folder:
        place = make_place(folder)
        yield place
        place.run("down")


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    """Run a stack without the demo campaign for the tests of this module."""
    with server_folder() as folder:
        place = make_place(folder)
        code, output = place.run("up", "--no-demo")
        try:
            assert code == 0, output
            yield place
        finally:
            place.run("down")


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until something holds, looking often."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline
        Event().wait(0.05)


def is_started(place: Place, name: str) -> bool:
    """Tell whether a part has a process; False before there is a supervisor."""
    state = read_state(place.home)
    parts = state.parts if state else []
    return any(part.name == name and part.pid is not None for part in parts)


def assert_nothing_is_left(place: Place) -> None:
    """Check that no process and no address of the stack remains."""
    assert leftovers(place.state) == []
    assert not is_held(place.home)
    assert not place.home.addresses.exists()
    assert not Path(place.state.scratch).exists()


def test_once_runs_the_demo_campaign_to_its_end_and_leaves_nothing(
    place: Place,
) -> None:
    code, output = place.run("up", "--once")
    assert code == 0, output
    result = json.loads(output.splitlines()[-1])
    assert set(result) == RESULT
    assert result["acquired"] > 100
    assert result["scored"] == result["acquired"]
    assert result["queued"] > 0
    assert result["queued"] + result["rejected"] == result["scored"]
    assert result["stages"]
    assert_nothing_is_left(place)


def test_a_second_call_finds_the_running_stack_and_says_where_it_is(
    running: Place,
) -> None:
    supervisor = running.state.pid
    code, output = running.run("up")
    assert code == 0
    assert "already running" in output
    assert f":{running.environment[API]}" in output
    assert "deployments/down" in output
    assert running.state.pid == supervisor


def test_once_does_not_touch_a_stack_that_someone_else_runs(running: Place) -> None:
    code, output = running.run("up", "--once")
    assert code == 1
    assert "deployments/down" in output
    assert running.state.phase is Phase.READY


def test_a_taken_port_is_named_before_anything_starts(
    running: Place, place: Place
) -> None:
    port = running.environment[API]
    place.environment[API] = port
    code, output = place.run("up")
    assert code == 1
    assert f"port {port} is taken; set MUSTER_API__PORT to a free one" in output
    assert read_state(place.home) is None


def test_every_part_that_answers_is_on_loopback_with_a_secret(running: Place) -> None:
    lines = running.home.addresses.read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines)
    for name in ("MUSTER_DATABASE__URL", "MUSTER_REDIS__URL"):
        assert "@127.0.0.1:" in values[name]
    assert (running.home.addresses.stat().st_mode & 0o777) == 0o600


def test_a_killed_worker_is_back_within_two_seconds(running: Place) -> None:
    before = running.part("worker")
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    wait_until(lambda: running.part("worker").pid not in (None, before.pid), seconds=2)
    wait_until(lambda: running.part("worker").phase is Phase.READY)
    assert running.part("worker").restarts == before.restarts + 1
    assert answers(f"http://127.0.0.1:{running.environment[API]}/health")


def test_down_stops_everything_and_says_so_when_there_is_nothing(
    running: Place,
) -> None:
    code, output = running.run("down")
    assert (code, "stopped" in output) == (0, True)
    assert_nothing_is_left(running)
    code, output = running.run("down")
    assert (code, "not running" in output) == (0, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_start_leaves_nothing(place: Place, number: int) -> None:
    script = place.start("up")
    wait_until(lambda: is_started(place, "prefect"))
    script.send_signal(number)
    output, _ = script.communicate(timeout=60)
    assert script.returncode == 128 + number, output
    assert_nothing_is_left(place)


def test_a_supervisor_that_is_killed_takes_everything_with_it(place: Place) -> None:
    code, output = place.run("up", "--no-demo")
    assert code == 0, output
    os.kill(place.state.pid, signal.SIGKILL)
    wait_until(lambda: not is_held(place.home))
    assert_nothing_is_left(place)
