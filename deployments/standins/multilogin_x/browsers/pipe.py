"""
The DevTools pipe: whoever holds it owns the browser, which ends when it is let go.

Messages are JSON, each followed by a zero byte; ours come in on the browser's file 3,
its own go out on 4 (Chromium, `--remote-debugging-pipe`).
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self

from deployments.standins.multilogin_x.browsers.order import BrowserNotStartedError

LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024
_LOWEST_NUMBER = 10
"""Above 3 and 4, on which the browser expects its ends."""


class PipeEnds(NamedTuple):
    """The four ends, as file numbers."""

    ours_in: int
    ours_out: int
    theirs_in: int
    theirs_out: int

    @classmethod
    def open(cls) -> Self:
        """Open both pipes; no other program inherits any of their ends."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        return cls(*(_lift(one) for one in (ours_in, ours_out, theirs_in, theirs_out)))

    def close_theirs(self) -> None:
        """Leave the browser's ends to the browser."""
        os.close(self.theirs_in)
        os.close(self.theirs_out)

    def close_ours(self) -> None:
        """Let go."""
        os.close(self.ours_in)
        os.close(self.ours_out)


class DevToolsPipe:
    """Our side of the pipe: commands, their answers, and what else is told."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.WriteTransport
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._last = 0
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._listener: Callable[[Mapping[str, Any]], None] | None = None
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def adopt(cls, ends: PipeEnds) -> Self:
        """Take over our ends."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LARGEST_MESSAGE_BYTES)
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ends.ours_in, "rb")
        )
        writer, _ = await loop.connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(ends.ours_out, "wb")
        )
        return cls(reader, writer)

    def listen(self, listener: Callable[[Mapping[str, Any]], None]) -> None:
        """Tell `listener` of every message that answers nothing."""
        self._listener = listener

    def send(
        self,
        method: str,
        parameters: Mapping[str, Any] | None = None,
        target_session: str | None = None,
    ) -> int:
        """Send a command without waiting; return its number."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method}
        if parameters:
            message["params"] = dict(parameters)
        if target_session is not None:
            message["sessionId"] = target_session
        self._writer.write(json.dumps(message).encode() + b"\0")
        return self._last

    async def ask(
        self,
        method: str,
        parameters: Mapping[str, Any] | None = None,
        target_session: str | None = None,
    ) -> Mapping[str, Any]:
        """
        Send a command and return its answer.

        Raises:
            BrowserNotStartedError: The browser refused it, or is gone.
        """
        answer = asyncio.get_running_loop().create_future()
        number = self.send(method, parameters, target_session)
        self._waiting[number] = answer
        if self._reading.done():
            self._give_up()
        try:
            message: Mapping[str, Any] = await answer
        finally:
            self._waiting.pop(number, None)
        if "error" in message:
            said = message["error"].get("message")
            raise BrowserNotStartedError(f"the browser refused {method}: {said}")
        found: Mapping[str, Any] = message.get("result") or {}
        return found

    def close(self) -> None:
        """Let go of the pipe; a browser that still runs ends by that."""
        self._reading.cancel()
        self._writer.close()
        self._give_up()

    async def _read(self) -> None:
        try:
            while True:
                raw = await self._reader.readuntil(b"\0")
                message = json.loads(raw[:-1])
                waiting = self._waiting.get(message.get("id"))
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
                elif "id" not in message and self._listener is not None:
                    self._listener(message)
        except (EOFError, OSError, asyncio.LimitOverrunError, ValueError):
            self._give_up()

    def _give_up(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(BrowserNotStartedError("the browser has ended"))


def _lift(number: int) -> int:
    lifted = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _LOWEST_NUMBER)
    with suppress(OSError):
        os.close(number)
    return lifted
