"""The supervisor with small parts: order, restarts, giving up, leaving nothing."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import pytest

from deployments.stack.home import Home
from deployments.stack.parts import Part
from deployments.stack.processes import leftovers
from deployments.stack.state import PartState, Phase, StackState, read_state
from deployments.stack.supervisor import Supervisor

SLEEPER = "import signal; signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "while True: signal.pause()"
)
WITH_A_CHILD_OF_ITS_OWN = (
    "import subprocess, sys, signal\n"
    f"subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True)\n"
    "signal.pause()"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    return home


def part(name: str, code: str, **more: object) -> Part:
    """Return a part that runs a line of Python."""
    command = [sys.executable, "-c", code]
    return Part(name=name, title=name, command=lambda: command, **more)  # type: ignore[arg-type]  # each test's own


def supervise(
    home: Home, parts: Sequence[Part], meanwhile: Callable[[], bool]
) -> tuple[int, StackState]:
    """Run parts until `meanwhile` says true, then stop; return how it ended."""
    state = StackState(
        pid=os.getpid(), mark=os.urandom(8).hex(), scratch=str(home.folder)
    )

    async def run() -> int:
        supervisor = asyncio.create_task(
            Supervisor(parts, home=home, state=state).run()
        )
        deadline = monotonic() + 30
        while not supervisor.done() and not meanwhile():
            assert monotonic() < deadline, state
            await asyncio.wait([supervisor], timeout=0.02)
        if not supervisor.done():
            signal.raise_signal(signal.SIGTERM)
        return await supervisor

    return asyncio.run(run()), state


def seen(home: Home, name: str) -> PartState | None:
    """Return a part as the supervisor tells of it."""
    state = read_state(home)
    found = [part for part in state.parts if part.name == name] if state else []
    return found[0] if found else None


def is_ready(home: Home) -> bool:
    state = read_state(home)
    return state is not None and state.phase is Phase.READY


def test_a_part_starts_after_what_it_needs_and_stops_before_it(home: Home) -> None:
    diary = home.folder / "diary"
    writer = (
        "import signal, sys\n"
        "def say(word): open({diary!r}, 'a').write('{name} ' + word + '\\n')\n"
        "signal.signal(signal.SIGTERM, lambda *_: (say('off'), sys.exit()))\n"
        "say('on')\n"
        "while True: signal.pause()"
    )
    first, second = (
        writer.format(diary=str(diary), name=name) for name in ("first", "second")
    )
    parts = [part("second", second, needs=("first",)), part("first", first)]
    code, state = supervise(home, parts, lambda: is_ready(home))
    assert diary.read_text().splitlines() == [
        "first on",
        "second on",
        "second off",
        "first off",
    ]
    assert (code, state.problem, leftovers(state)) == (0, "", [])


def test_a_killed_part_is_back_within_two_seconds(home: Home) -> None:
    killed: list[tuple[int, float]] = []
    back: list[float] = []

    def kill_then_wait() -> bool:
        sleeper = seen(home, "sleeper")
        if not is_ready(home) or sleeper is None or sleeper.pid is None:
            return False
        if not killed:
            os.kill(sleeper.pid, signal.SIGKILL)
            killed.append((sleeper.pid, monotonic()))
        if sleeper.pid == killed[0][0]:
            return False
        back.append(monotonic() - killed[0][1])
        return True

    code, state = supervise(home, [part("sleeper", SLEEPER)], kill_then_wait)
    assert code == 0
    assert back[0] < 2
    assert state.parts[0].restarts == 1


def test_a_part_that_keeps_ending_is_given_up_with_its_last_words(home: Home) -> None:
    failing = part("failing", "raise SystemExit('no such table')")
    code, state = supervise(home, [failing, part("sleeper", SLEEPER)], lambda: False)
    assert code == 1
    assert "failing ended with code 1" in state.problem
    assert str(home.logs / "failing.log") in state.problem
    assert "no such table" in state.problem
    assert leftovers(state) == []


def test_a_step_that_fails_is_not_tried_again(home: Home) -> None:
    step = part("step", "raise SystemExit(3)", ends=True)
    after = part("after", SLEEPER, needs=("step",))
    code, state = supervise(home, [step, after], lambda: False)
    assert code == 1
    assert "step ended with code 3" in state.problem
    assert state.parts[0].restarts == 0


def test_a_part_that_does_not_become_ready_in_time_is_named(home: Home) -> None:
    slow = part("slow", SLEEPER, is_ready=lambda _: False, deadline=0.1)
    code, state = supervise(home, [slow], lambda: False)
    assert code == 1
    assert "slow did not become ready" in state.problem


def test_a_part_that_will_not_stop_is_killed_after_its_grace(home: Home) -> None:
    began = monotonic()
    stubborn = part("stubborn", STUBBORN, grace=0.2)
    code, state = supervise(home, [stubborn], lambda: is_ready(home))
    assert code == 0
    assert leftovers(state) == []
    assert monotonic() - began < 30


def test_what_a_part_has_started_elsewhere_is_found_again(home: Home) -> None:
    parts = [part("starter", WITH_A_CHILD_OF_ITS_OWN)]
    _, state = supervise(home, parts, lambda: is_ready(home))
    left = leftovers(state)
    assert len(left) == 1
    left[0].kill()
