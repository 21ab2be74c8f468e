"""The worker's side of the warm process: start it, have it fork, hear of the ends."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from config.errors import SetupError
from deployments.warm_fork import ForkedWarmProcess, signal_groups

SECONDS_TO_END = 10.0
"""More than the warm process gives its children to stop."""


@dataclass
class ForkedProcess:
    """The process of one flow run; `returncode` is None while it runs."""

    pid: int
    returncode: int | None = None
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Return when the process has ended."""
        await self._ended.wait()

    def end(self, returncode: int) -> None:
        """Note that the process has ended."""
        self.returncode = returncode
        self._ended.set()


@dataclass(frozen=True, slots=True)
class _OwnChild:
    """A process that we forked ourselves, and asyncio does not know."""

    pid: int

    async def wait(self) -> int:
        _, status = await asyncio.to_thread(os.waitpid, self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


_Started = asyncio.subprocess.Process | _OwnChild


class WarmProcess:
    """The warm process of one worker; it is started again should it die."""

    def __init__(
        self, flow_modules: tuple[str, ...], first: ForkedWarmProcess | None
    ) -> None:
        self._flow_modules = flow_modules
        self._first = first
        self._starting = asyncio.Lock()
        self._process: _Started | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._forked: dict[int, ForkedProcess] = {}
        self._wished: dict[str, asyncio.Future[ForkedProcess]] = {}

    async def __aenter__(self) -> Self:
        """Warm up."""
        await self._ensure_running()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Have everything forked stop, and the warm process with it."""
        if self._writer is None or self._process is None or self._listener is None:
            return
        if not self._writer.is_closing():
            self._writer.write_eof()
        try:
            async with asyncio.timeout(SECONDS_TO_END):
                await self._listener  # it hears how each child ends, then the rest
        except TimeoutError:
            self._process.kill()

    async def fork(
        self, flow_run_id: UUID, environment: Mapping[str, str]
    ) -> ForkedProcess:
        """
        Start the process of a flow run.

        Raises:
            SetupError: The warm process cannot be started.
            ConnectionError: It died just now; the next call starts another.
        """
        writer = await self._ensure_running()
        answer: asyncio.Future[ForkedProcess] = (
            asyncio.get_running_loop().create_future()
        )
        self._wished[str(flow_run_id)] = answer
        wish = {"flow_run_id": str(flow_run_id), "env": dict(environment)}
        writer.write(json.dumps(wish).encode() + b"\n")
        await writer.drain()
        return await answer

    async def _ensure_running(self) -> asyncio.StreamWriter:
        async with self._starting:
            if self._writer is not None and not self._writer.is_closing():
                return self._writer
            self._process, reader, writer = await self._start()
            self._writer = writer
            self._listener = asyncio.create_task(
                self._listen(self._process, reader, writer)
            )
            return writer

    async def _start(
        self,
    ) -> tuple[_Started, asyncio.StreamReader, asyncio.StreamWriter]:
        if self._first is not None:
            first, self._first = self._first, None
            return _OwnChild(first.pid), *await asyncio.open_connection(
                sock=first.leash
            )
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "deployments.warm_fork", str(number)),
                *self._flow_modules,
                pass_fds=(number,),
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        if not await reader.readline():
            raise SetupError(
                "the warm process ended while it imported the flows; its log line "
                "above says why. MUSTER_PREFECT__WORKER=process does without it"
            )
        return process, reader, writer

    async def _listen(
        self,
        process: _Started,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        try:
            while line := await reader.readline():
                self._note(json.loads(line))
        finally:
            writer.close()
            self._end_all()
        await process.wait()

    def _note(self, news: dict[str, Any]) -> None:
        if "exit_code" in news:
            if forked := self._forked.pop(news["pid"], None):
                forked.end(news["exit_code"])
            return
        forked = self._forked[news["pid"]] = ForkedProcess(news["pid"])
        answer = self._wished.pop(news["flow_run_id"])
        if not answer.done():
            answer.set_result(forked)

    def _end_all(self) -> None:
        """The warm process is gone, so nobody else would end what it forked."""
        signal_groups(set(self._forked), signal.SIGKILL)
        for forked in self._forked.values():
            forked.end(-signal.SIGKILL)
        self._forked.clear()
        for answer in self._wished.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the warm process died"))
        self._wished.clear()
