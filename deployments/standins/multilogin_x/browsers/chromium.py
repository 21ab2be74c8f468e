"""The browser process: started on the pipe, watched to its end."""

import asyncio
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deployments.stack.processes import kill_group, last_lines
from deployments.standins.multilogin_x.browsers.order import (
    AlreadyRunningError,
    BrowserNotStartedError,
)
from deployments.standins.multilogin_x.browsers.pipe import PipeEnds

START_SECONDS = 45.0
FOLDER_IN_USE = 21
"""Chromium's exit code when another one holds the folder."""

_LOOK_SECONDS = 0.01
_READ_END, _WRITE_END = 3, 4


class BrowserProcess:
    """A browser that runs, or has run; `exit_code` is known at its end."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        loop = asyncio.get_running_loop()
        self._exit_code: asyncio.Future[int] = loop.create_future()
        # One thread each: an executor's few would all be waiting.
        threading.Thread(
            target=self._wait, args=(loop,), name=f"browser-{pid}", daemon=True
        ).start()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._exit_code.done()

    async def wait(self) -> int:
        """Return its exit code once it has ended; negative for a signal."""
        return await asyncio.shield(self._exit_code)

    def kill(self) -> None:
        """End it with all its children, without asking."""
        kill_group(self.pid)

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            _, ending = os.waitpid(self.pid, 0)
            code = os.waitstatus_to_exitcode(ending)
        except ChildProcessError:
            code = -1  # somebody else has read its ending
        with suppress(RuntimeError):  # the loop has been closed before
            loop.call_soon_threadsafe(self._tell, code)

    def _tell(self, code: int) -> None:
        if not self._exit_code.done():
            self._exit_code.set_result(code)


def spawn_browser(
    command: list[str], *, environment: Mapping[str, str], ends: PipeEnds, log: Path
) -> BrowserProcess:
    """
    Start a browser in a session of its own, with the pipe on its files 3 and 4.

    Raises:
        BrowserNotStartedError: The program cannot be started.
    """
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, written, 1),
        (os.POSIX_SPAWN_DUP2, written, 2),
        (os.POSIX_SPAWN_DUP2, ends.theirs_in, _READ_END),
        (os.POSIX_SPAWN_DUP2, ends.theirs_out, _WRITE_END),
    ]
    try:
        pid = os.posix_spawn(
            command[0], command, environment, file_actions=actions, setsid=True
        )
    except OSError as error:
        raise BrowserNotStartedError(f"{command[0]} cannot be started") from error
    finally:
        os.close(written)
    return BrowserProcess(pid, log)


async def wait_for_port(process: BrowserProcess, data: Path) -> int:
    """
    Return the DevTools port of a browser once it listens.

    Raises:
        AlreadyRunningError: Another Chromium holds the folder.
        BrowserNotStartedError: It ended, or did not listen in time.
    """
    announced = data / "DevToolsActivePort"
    try:
        async with asyncio.timeout(START_SECONDS):
            while not process.is_over:
                lines = announced.read_text().split("\n") if announced.exists() else []
                if len(lines) > 1 and lines[0].isdigit():
                    return int(lines[0])
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError as error:
        raise BrowserNotStartedError(
            f"the browser did not open its port within {START_SECONDS:g} s"
        ) from error
    code = await process.wait()
    if code == FOLDER_IN_USE:
        raise AlreadyRunningError("another browser holds the folder of this profile")
    said = last_lines(process.log, lines=3)
    raise BrowserNotStartedError(f"the browser ended at once with code {code}: {said}")
