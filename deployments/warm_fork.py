"""
The warm process, which forks flow runs.

A worker imports Prefect's engine and our flows, then forks this process while it has a
single thread, so that worker, warm process and runs share the memory of one import. One
that died is replaced by `python -m deployments.warm_fork <descriptor>`, which imports
everything again: a worker at work has threads and an event loop, and must not fork.

A child is forked for each wish that arrives on a socket shared with the worker, as one
JSON object a line:

    worker -> {"flow_run_id": "...", "env": {...}}
           <- {"flow_run_id": "...", "pid": 4711}
           <- {"pid": 4711, "exit_code": 0}

The socket is also the leash. When the worker is gone, however it went, the socket ends:
every child's process group is asked to stop, killed if it does not, and this process
ends too. Each child leads its own process group; what a child leaves behind in it is
killed when the child ends. This process has its own session, so that a signal to the
worker's group spares it and it can still do all that.
"""

import atexit
import contextlib
import gc
import importlib
import json
import logging
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

from config.logs import set_up_logs
from config.memory import look_for_cycles_rarely

PRELOAD = (
    "anyio._backends._asyncio",
    "prefect.client.orchestration",
    "prefect.deployments.steps.core",
    "prefect.engine",
    "prefect.events.clients",
    "prefect.flow_engine",
    "prefect.runner._process_manager",
    "prefect.task_engine",
)
"""What every flow run needs; importing it takes 1.3 s of CPU (facts/prefect.md 1)."""

FLOW_MODULES = (
    "flows.campaign_run",
    "flows.campaign_rescoring",
    "flows.campaign_schedule",
    "flows.likelihood_training",
    "flows.review_batch",
)
"""Our flows that a worker runs."""

SECONDS_TO_STOP = 5.0
"""How long children get to end by themselves once the worker is gone."""

_log = logging.getLogger(__name__)


class _Child(Exception):  # noqa: N818 - no error: it carries a child out of the loop
    def __init__(self, wish: dict[str, Any]) -> None:
        super().__init__()
        self.wish = wish


class WarmFork:
    """The parent of all flow runs of one worker."""

    def __init__(self, leash: socket.socket) -> None:
        self._leash = leash
        self._received = b""
        self._pids: set[int] = set()

    def serve(self) -> None:
        """
        Fork and report until the worker is gone, then stop what still runs.

        Raises:
            _Child: In each child, so that it leaves this loop's frames behind.
        """
        woken, wake = socket.socketpair()
        for end in (woken, wake):
            end.setblocking(False)  # noqa: FBT003 - the standard library's signature
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with woken, wake, selectors.DefaultSelector() as selector:
            selector.register(self._leash, selectors.EVENT_READ, self._read)
            selector.register(woken, selectors.EVENT_READ, lambda: _drain(woken))
            with contextlib.suppress(ConnectionError, EOFError):
                while True:
                    for key, _ in selector.select():
                        key.data()
                    self._reap()
            signal.set_wakeup_fd(-1)
        self._stop_children()

    def _read(self) -> None:
        chunk = self._leash.recv(1 << 16)
        if not chunk:
            raise EOFError
        *lines, self._received = (self._received + chunk).split(b"\n")
        for line in lines:
            self._fork(json.loads(line))

    def _fork(self, wish: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            self._leash.close()
            raise _Child(wish)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)  # both do it, so that neither needs to wait
        self._pids.add(pid)
        self._tell({"flow_run_id": wish["flow_run_id"], "pid": pid})

    def _reap(self) -> None:
        while self._pids:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._pids.discard(pid)
            signal_groups({pid}, signal.SIGKILL)
            self._tell({"pid": pid, "exit_code": os.waitstatus_to_exitcode(status)})

    def _tell(self, news: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionError):
            self._leash.sendall(json.dumps(news).encode() + b"\n")

    def _stop_children(self) -> None:
        signal_groups(self._pids, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        pause = threading.Event()
        while self._pids and time.monotonic() < deadline:
            pause.wait(0.05)
            self._reap()
        signal_groups(self._pids, signal.SIGKILL)


def signal_groups(pids: set[int], number: signal.Signals) -> None:
    """Send a signal to each process group that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)


def _drain(woken: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while woken.recv(4096):
            pass


def _run_flow(wish: dict[str, Any]) -> NoReturn:
    """Become the process of one flow run, with its own group and environment."""
    os.setpgid(0, 0)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()  # noqa: TID251 - Prefect's engine reads its wish from there
    os.environ.update(wish["env"])  # noqa: TID251 - the same
    look_for_cycles_rarely()
    sys.argv = ["prefect.engine"]
    try:
        with warnings.catch_warnings():
            # The engine was imported to be warm; running it as a program is meant.
            warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
            runpy.run_module("prefect.engine", run_name="__main__")
    except SystemExit as ended:
        _leave(ended.code)
    _leave(0)


def _leave(code: str | int | None) -> NoReturn:
    """
    End as Python does, but leave its objects as they are.

    Taking them apart writes to every page that is shared with the parent: 30 MiB more
    in the last moment of each run (measured).
    """
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing ends what it forks
    atexit._run_exitfuncs()  # noqa: SLF001 - the same
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


@dataclass(frozen=True, slots=True)
class ForkedWarmProcess:
    """A warm process that shares its imports with the worker that forked it."""

    pid: int
    leash: socket.socket
    """The worker's end."""


def import_all(flow_modules: tuple[str, ...]) -> None:
    """Import and make ready what every flow run needs."""
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415 - the stock worker reads this file, and needs no tables

    for module in (*PRELOAD, *flow_modules):
        importlib.import_module(module)
    configure_mappers()  # once here, or 8 MiB and 40 ms in every run (measured)
    set_up_logs()  # after Prefect, which brings a set-up of its own


def fork_warm_process() -> ForkedWarmProcess | None:
    """
    Fork a warm process of what was imported here; in it, the call never returns.

    None if there is a thread already, for a fork would copy the locks it holds. A warm
    process has to be started anew then, and costs the memory of its own imports.
    """
    if threading.active_count() > 1:
        _log.warning("there are threads, so the warm process shares no memory with us")
        return None
    gc.collect()
    gc.freeze()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        os.setsid()
        _serve(theirs)
    theirs.close()
    return ForkedWarmProcess(pid, ours)


def _serve(leash: socket.socket) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        WarmFork(leash).serve()
    except _Child as child:
        wish = child.wish
    else:
        _leave(0)
    _run_flow(wish)


def main() -> None:
    """Import what is needed, say so, and fork until the worker is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    leash = socket.socket(fileno=int(sys.argv[1]))
    leash.set_inheritable(False)
    import_all(tuple(sys.argv[2:]))
    gc.freeze()
    leash.sendall(b"ready\n")
    _serve(leash)


if __name__ == "__main__":
    main()
