"""The driver beside a browser: on a private port, dead as soon as we are."""

import asyncio
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from config.errors import SetupError
from deployments.stack.processes import kill_group, last_lines, start_process
from deployments.standins.multilogin_x.browsers.order import BrowserNotStartedError

START_SECONDS = 20.0
_LOOK_SECONDS = 0.01
_STARTED = re.compile(r"started successfully on port (\d+)")


class DriverProcess:
    """A chromedriver; start it from a thread that lives as long as it should."""

    def __init__(
        self, binary: Path, *, environment: Mapping[str, str], log: Path
    ) -> None:
        self._log = log
        log.unlink(missing_ok=True)
        try:
            self._process: subprocess.Popen[bytes] = start_process(
                [str(binary), "--port=0", "--log-level=SEVERE"],
                environment=environment,
                log=log,
                last_signal=signal.SIGKILL,
            )
        except SetupError as problem:
            raise BrowserNotStartedError(problem.message) from problem

    @property
    def pid(self) -> int:
        """Its process, which leads a session of its own."""
        return self._process.pid

    async def wait_for_port(self) -> int:
        """
        Return its port once it listens.

        Raises:
            BrowserNotStartedError: It ended, or did not listen in time.
        """
        try:
            async with asyncio.timeout(START_SECONDS):
                while self._process.poll() is None:
                    if found := _STARTED.search(last_lines(self._log, lines=20)):
                        return int(found.group(1))
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            pass
        said = last_lines(self._log, lines=3)
        raise BrowserNotStartedError(f"the driver of the browser is not ready: {said}")

    async def stop(self) -> None:
        """End it; a killed driver leaves the browser it is attached to alone."""
        kill_group(self._process.pid)
        await asyncio.to_thread(self._process.wait)
