"""
Start the parts, each when what it needs is ready; keep them alive; stop in reverse.

One thread, so that the kernel's word to the children when we die holds (see
`processes.start_process`).
"""

import asyncio
import logging
import signal
import subprocess
from collections import deque
from collections.abc import Sequence
from time import monotonic

from config.clock import now
from config.errors import SetupError
from deployments.stack.home import Home
from deployments.stack.parts import Part
from deployments.stack.processes import (
    base_environment,
    birth_of,
    kill_group,
    last_lines,
    start_process,
)
from deployments.stack.state import PartState, Phase, StackState, write_state

DEATHS_ALLOWED = 5
DEATHS_WINDOW_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
_ASK_EVERY_SECONDS = 0.1
_SIGN_OF_LIFE_SECONDS = 1.0

log = logging.getLogger("muster.stack")


def pause_before_restart(deaths: int) -> float:
    """Return the seconds to wait after the nth death in a minute: 0.1, 0.2, 0.4 ..."""
    return float(min(FIRST_PAUSE_SECONDS * 2 ** (deaths - 1), LONGEST_PAUSE_SECONDS))


class KeptPart:
    """A part, its process, and what is known about both."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.state = PartState(name=part.name, title=part.title)
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = asyncio.Event()
        self.gone = asyncio.Event()
        self.deaths: deque[float] = deque(maxlen=DEATHS_ALLOWED)

    def dies_too_often(self, now: float) -> bool:
        """Count one death at `now`; tell whether that is one too many."""
        self.deaths.append(now)
        full = len(self.deaths) == DEATHS_ALLOWED
        return full and now - self.deaths[0] < DEATHS_WINDOW_SECONDS


class Supervisor:
    """Keeps the parts of one stack."""

    def __init__(self, parts: Sequence[Part], *, home: Home, state: StackState) -> None:
        self._home = home
        self._state = state
        self._kept = {part.name: KeptPart(part) for part in parts}
        self._stop = asyncio.Event()
        state.parts = [kept.state for kept in self._kept.values()]

    async def run(self) -> int:
        """Bring everything up, keep it so until told to stop; return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGCHLD, self._notice_deaths)
        self._publish()
        keepers = [
            asyncio.create_task(self._keep(kept)) for kept in self._kept.values()
        ]
        try:
            await self._until_ready_or_stopped()
            if not self._stop.is_set():
                self._enter(Phase.READY)
                await self._stop.wait()
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._stop_all()
        return 1 if self._state.problem else 0

    async def _until_ready_or_stopped(self) -> None:
        async def all_ready() -> None:
            for kept in self._kept.values():
                await kept.ready.wait()

        waits = [
            asyncio.create_task(all_ready()),
            asyncio.create_task(self._stop.wait()),
        ]
        _, left = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in left:
            wait.cancel()

    async def _keep(self, kept: KeptPart) -> None:
        try:
            for need in kept.part.needs:
                await self._kept[need].ready.wait()
            began = monotonic()
            self._set(kept, Phase.STARTING)
            if kept.part.prepare:
                await asyncio.to_thread(kept.part.prepare)
            while not await self._live_once(kept, began):
                began = monotonic()
        except SetupError as problem:
            self._give_up(kept, problem.message)
        except Exception as problem:
            log.exception("%s", kept.part.title)
            self._give_up(kept, f"{kept.part.title}: {problem!r}")

    async def _live_once(self, kept: KeptPart, began: float) -> bool:
        """Start the process and see it to its end; True when it shall not come back."""
        self._start(kept)
        if await self._becomes_ready(kept):
            kept.state.seconds = round(monotonic() - began, 2)
            kept.ready.set()
            self._set(kept, Phase.READY)
            if kept.part.ends:
                return True
            await kept.gone.wait()
        code = kept.process.returncode if kept.process else None
        how = "did not become ready" if code is None else f"ended with code {code}"
        log.warning("%s %s", kept.part.title, how)
        await self._end(kept)
        if kept.part.ends or kept.dies_too_often(monotonic()):
            self._give_up(kept, self._explain(kept, how))
            return True
        kept.state.restarts += 1
        self._set(kept, Phase.RESTARTING)
        await asyncio.sleep(pause_before_restart(len(kept.deaths)))
        return False

    def _start(self, kept: KeptPart) -> None:
        part = kept.part
        kept.gone.clear()
        kept.process = start_process(
            part.command(),
            environment={
                **base_environment(self._state.mark),
                "TMPDIR": self._state.scratch,
                **part.environment,
            },
            log=self._home.logs / f"{part.name}.log",
            account=part.account,
            last_signal=part.stop_signal,
        )
        kept.state.pid = kept.process.pid
        kept.state.born = birth_of(kept.process.pid)
        self._publish()

    async def _becomes_ready(self, kept: KeptPart) -> bool:
        part, deadline = kept.part, monotonic() + kept.part.deadline
        started = now()
        if part.ends or part.is_ready is None:
            patience = part.deadline if part.ends else _SIGN_OF_LIFE_SECONDS
            ended = await _happens(kept.gone, within=patience)
            if part.ends:
                return (
                    ended and kept.process is not None and not kept.process.returncode
                )
            return not ended
        while monotonic() < deadline and not kept.gone.is_set():
            if await asyncio.to_thread(part.is_ready, started):
                # Whoever answered may have been a stranger on the same port.
                return not kept.gone.is_set()
            await _happens(kept.gone, within=_ASK_EVERY_SECONDS)
        return False

    def _explain(self, kept: KeptPart, how: str) -> str:
        file = self._home.logs / f"{kept.part.name}.log"
        return f"{kept.part.title} {how}; see {file}, which ends:\n{last_lines(file)}"

    def _give_up(self, kept: KeptPart, problem: str) -> None:
        log.error("%s", problem)
        self._set(kept, Phase.FAILED)
        # While starting, one missing part fails the whole; later the others go on.
        if self._state.phase is Phase.STARTING:
            self._state.problem = self._state.problem or problem
            self._stop.set()

    async def _stop_all(self) -> None:
        self._enter(Phase.STOPPING)
        for kept in self._kept.values():
            if kept.process is None or kept.process.poll() is not None:
                kept.gone.set()
        await asyncio.gather(
            *(self._stop_in_turn(kept) for kept in self._kept.values())
        )

    async def _stop_in_turn(self, kept: KeptPart) -> None:
        for other in self._kept.values():
            if kept.part.name in (*other.part.needs, *other.part.uses):
                await other.gone.wait()
        await self._end(kept)
        if kept.state.phase is not Phase.FAILED:
            self._set(kept, Phase.STOPPED)

    async def _end(self, kept: KeptPart) -> None:
        """Ask the process to end, then end all of its group."""
        process = kept.process
        if process is not None:
            if process.poll() is None:
                process.send_signal(kept.part.stop_signal)
                if not await _happens(kept.gone, within=kept.part.grace):
                    log.warning("%s does not stop; it is killed", kept.part.title)
            kill_group(process.pid)
            await asyncio.to_thread(process.wait)
        kept.state.pid = None
        kept.gone.set()

    def _notice_deaths(self) -> None:
        for kept in self._kept.values():
            if kept.process is not None and kept.process.poll() is not None:
                kept.gone.set()

    def _set(self, kept: KeptPart, phase: Phase) -> None:
        kept.state.phase = phase
        log.info("%s: %s", kept.part.title, phase)
        self._publish()

    def _enter(self, phase: Phase) -> None:
        self._state.phase = phase
        log.info("stack: %s", phase)
        self._publish()

    def _publish(self) -> None:
        write_state(self._home, self._state)


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
    return True
