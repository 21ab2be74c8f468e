"""Child processes: start one, stop its group, find what is left of a stack."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from config.errors import SetupError
from deployments.stack.privileges import numbers_of
from deployments.stack.state import StackState

MARK = "MUSTER_STACK_MARK"
"""Environment variable that every process of a stack carries."""

LARGEST_LOG_BYTES = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None


def base_environment(mark: str) -> dict[str, str]:
    """Return our own environment with the mark; children inherit the rest."""
    return {**os.environ, MARK: mark}  # noqa: TID251 - handed on, not read


def start_process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    account: str | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """
    Start a process in a session of its own, its output appended to `log`.

    Args:
        command: Program and arguments.
        environment: The whole environment.
        log: File to append to.
        account: System account to run as; None is our own.
        last_signal: What it gets when we die (Linux). Start it from the main thread:
            the kernel means the thread, not the process (prctl(2), PR_SET_PDEATHSIG).

    Raises:
        SetupError: The program cannot be started.
    """
    rotate_log(log)
    user, group = numbers_of(account)
    with log.open("ab") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - commands are ours
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=[] if account else None,
                preexec_fn=partial(_before_exec, os.getpid(), last_signal),  # noqa: PLW1509 - no thread of ours holds a lock it needs
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SetupError(f"{command[0]} cannot be started: {error}") from error


def _before_exec(parent: int, last_signal: int) -> None:
    # A shell's background job ignores SIGINT and passes that on; PostgreSQL and
    # Prefect's worker are stopped by it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def die_with(parent: int) -> None:
    """Have this process get SIGTERM when `parent`, which started it, ends (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)


def rotate_log(log: Path, *, limit: int = LARGEST_LOG_BYTES) -> None:
    """Set a log aside as `.1` once it is larger than `limit` bytes."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_name(f"{log.name}.1"))


def last_lines(log: Path, *, lines: int = 12) -> str:
    """Return the end of a log, for a person to read."""
    if not log.exists():
        return ""
    with log.open("rb") as text:
        text.seek(max(0, log.stat().st_size - 16_384))
        kept = text.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join(kept)


def birth_of(process_id: int) -> float | None:
    """Return when the operating system says a process began; None if it is gone."""
    try:
        return float(psutil.Process(process_id).create_time())
    except psutil.Error:
        return None


def program_of(process_id: int) -> str:
    """Return the name of a process' program; empty if the process is gone."""
    try:
        return str(psutil.Process(process_id).name())
    except psutil.Error:
        return ""


def kill_group(process_id: int) -> None:
    """End what is left of a session we started, without asking."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, signal.SIGKILL)


def stop_process(
    process: subprocess.Popen[bytes],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    grace: float = 10.0,
) -> None:
    """Ask a process to end, wait `grace` seconds, then end its whole group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    kill_group(process.pid)
    process.wait()


def leftovers(state: StackState) -> list[psutil.Process]:
    """Return the processes of that stack that still live, ourselves excepted."""
    born = {part.pid: part.born for part in state.parts if part.pid is not None}
    own = {os.getpid(), os.getppid()}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in own
        and (_is_same(process, born.get(process.pid)) or _carries(process, state.mark))
    ]


SCRATCH_PREFIX = "muster-stack-"


def make_scratch() -> str:
    """Make the folder for the parts' temporary files; short, for sockets lie in it."""
    return tempfile.mkdtemp(prefix=SCRATCH_PREFIX)


def sweep(state: StackState) -> None:
    """End what is left of a stack, and remove its temporary files."""
    end_leftovers(state)
    if Path(state.scratch).name.startswith(SCRATCH_PREFIX):
        shutil.rmtree(state.scratch, ignore_errors=True)


def end_leftovers(state: StackState, *, grace: float = 3.0) -> int:
    """End what is left of a stack, asking first; return how many there were."""
    left = leftovers(state)
    _signal_all(left, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(left, timeout=grace)
    _signal_all(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=grace)
    return len(left)


def _signal_all(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)


def _is_same(process: psutil.Process, born: float | None) -> bool:
    try:
        return born is not None and process.create_time() == born
    except psutil.Error:
        return False


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == mark)
    except (psutil.Error, OSError):
        return False
