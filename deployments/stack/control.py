"""Start a supervisor, find a running one, stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from time import monotonic

from config.errors import SetupError
from config.settings import Settings, home_folder, settings
from deployments.stack.home import Home, is_held, take_lock
from deployments.stack.ports import check_ports, ports_in_use
from deployments.stack.processes import last_lines, rotate_log, sweep
from deployments.stack.state import Phase, StackState, read_state

_LOOK_EVERY_SECONDS = 0.1
_LONGEST_STOP_SECONDS = 90.0
_LONGEST_SWEEP_SECONDS = 15.0


class AlreadyRunningError(SetupError):
    """A stack holds this home."""

    code = "already_running"


def this_home() -> Home:
    """Return the home folder, before any other setting is read."""
    return Home(home_folder())


def fresh_settings() -> Settings:
    """Return the settings, read again: the stack's addresses came or went."""
    settings.cache_clear()
    return settings()


def start_supervisor(home: Home, *, with_parent: bool) -> subprocess.Popen[bytes]:
    """
    Start a supervisor in the background.

    Args:
        home: Folder it will hold.
        with_parent: It ends when we do.

    Raises:
        AlreadyRunningError: Another one holds the home.
        SetupError: A port is taken, or a setting cannot be read.
    """
    home.make()
    lock = take_lock(home)
    if lock is None:
        raise AlreadyRunningError(f"a stack already runs on {home.folder}")
    try:
        _clear_up(home)
        values = fresh_settings()
        check_ports(ports_in_use(values), api_host=values.api.host)
        command = [sys.executable, "-m", "deployments.stack", "supervise"]
        log = home.logs / "stack.log"
        rotate_log(log)
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own module
                [*command, *(["--parent", str(os.getpid())] if with_parent else [])],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            )
    finally:
        os.close(lock)


def wait_until_ready(
    home: Home,
    supervisor: subprocess.Popen[bytes],
    show: Callable[[StackState], None],
) -> None:
    """
    Wait until every part is ready, showing each change.

    Raises:
        SetupError: A part did not come up; the message holds its last words.
    """
    while True:
        ended = supervisor.poll() is not None
        state = read_state(home)
        if state is not None:
            show(state)
            if state.problem and (ended or state.phase is Phase.FAILED):
                raise SetupError(state.problem)
            if state.phase is Phase.READY:
                return
        if ended:
            last_words = last_lines(home.logs / "stack.log")
            raise SetupError(f"the supervisor ended before it was ready:\n{last_words}")
        Event().wait(_LOOK_EVERY_SECONDS)


def stop_supervisor(home: Home) -> bool:
    """
    Stop the stack of this home and wait until all of it is gone.

    Returns:
        Whether there was one.

    Raises:
        SetupError: Something would not end.
    """
    if not is_held(home):
        _clear_up(home)
        return False
    if not _released_after(home, signal.SIGTERM, within=_LONGEST_STOP_SECONDS) and (
        not _released_after(home, signal.SIGKILL, within=_LONGEST_SWEEP_SECONDS)
    ):
        raise SetupError(f"the stack did not stop; see {home.logs / 'stack.log'}")
    return True


def check_alive(home: Home) -> None:
    """
    Check that the stack still runs and none of its parts was given up.

    Raises:
        SetupError: It does not, or one was.
    """
    state = read_state(home)
    if state is None or state.phase is not Phase.READY or not is_held(home):
        raise SetupError(f"the stack stopped; see {home.logs / 'stack.log'}")
    for part in state.parts:
        if part.phase is Phase.FAILED:
            log = home.logs / f"{part.name}.log"
            raise SetupError(f"{part.title} keeps ending; see {log}")


def _released_after(home: Home, number: signal.Signals, *, within: float) -> bool:
    deadline, told = monotonic() + within, False
    while is_held(home):
        # A supervisor that was just started has not said yet who it is.
        state = read_state(home)
        if state is not None and not told:
            with suppress(ProcessLookupError):
                os.kill(state.pid, number)
            told = True
        if monotonic() > deadline:
            return False
        Event().wait(_LOOK_EVERY_SECONDS)
    return True


def _clear_up(home: Home) -> None:
    """Remove what a stack that was killed has left."""
    state = read_state(home)
    if state is not None:
        sweep(state)
    home.state.unlink(missing_ok=True)
    home.addresses.unlink(missing_ok=True)
