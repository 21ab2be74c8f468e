"""`deployments/up` and `deployments/down`, as a person sees them."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from config.errors import ApplicationError
from config.settings import Settings
from deployments.stack.control import (
    AlreadyRunningError,
    check_alive,
    fresh_settings,
    start_supervisor,
    stop_supervisor,
    this_home,
    wait_until_ready,
)
from deployments.stack.display import Display, say
from deployments.stack.home import Home, is_held
from deployments.stack.parts import api_address
from deployments.stack.state import Phase, read_state


def up(*, once: bool, demo: bool) -> int:
    """
    Start the stack and run the demo campaign; return the exit code.

    Args:
        once: Stop everything at the end and print the result as one JSON line.
        demo: Run the demo campaign.

    Raises:
        SetupError: The stack did not come up, or the demo campaign failed.
    """
    home = this_home()
    if is_held(home):
        return _tell_of_running(home, once=once)
    with _stopped_if_interrupted(home):
        with Display() as display:
            supervisor = start_supervisor(home, with_parent=once)
            try:
                _import_while_waiting()
                wait_until_ready(home, supervisor, display.show_stack)
                values = fresh_settings()
                welcome = _sign_in_words(values)
                result = _run_demo(home, values, display) if demo else None
            except Exception:
                _stop_if(home, supervisor, stop=once or supervisor.poll() is not None)
                raise
        say()
        for line in welcome:
            say(line)
        if once:
            say("Stopping everything ...")
            _stop_if(home, supervisor, stop=True)
            say(json.dumps(result or {}))
        else:
            _say_where_to_go(home, values)
    return 0


def down() -> int:
    """Stop the stack and wait until all of it is gone; return the exit code."""
    home = this_home()
    if is_held(home):
        say("Stopping Muster ...")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    say("Muster has stopped." if stop_supervisor(home) else "Muster is not running.")
    return 0


def _import_while_waiting() -> None:
    """Import what is needed once the stack is up, in the time it takes to come up."""
    import deployments.stack.demo  # noqa: F401, PLC0415 - for `_run_demo`


def _run_demo(home: Home, values: Settings, display: Display) -> dict[str, object]:
    from deployments.stack.demo import run_demo  # noqa: PLC0415 - `down` does without

    result = run_demo(values, show=display.show_run, check=lambda: check_alive(home))
    return result.as_json()


def _sign_in_words(values: Settings) -> list[str]:
    """Make the first administrator unless there is one; say how to sign in."""
    from deployments.seed import make_first_administrator  # noqa: PLC0415 - `down` does without

    login = make_first_administrator()
    if login is None:
        return [f"  Sign in as {values.admin_email} (or any account you made)"]
    if values.admin_password.get_secret_value():
        return [f"  Sign in as {login.email}, password as in MUSTER_ADMIN_PASSWORD"]
    return [
        f"  Sign in as  {login.email}",
        f"  Password    {login.password}   (shown this once)",
    ]


def _say_where_to_go(home: Home, values: Settings) -> None:
    say(f"  Console     {values.api.public_url or api_address(values)}")
    say("  Stop it     deployments/down")
    say(f"  Logs        {home.logs}")


def _tell_of_running(home: Home, *, once: bool) -> int:
    state = read_state(home)
    if once:
        raise AlreadyRunningError(
            f"a stack already runs on {home.folder}; stop it with deployments/down, "
            "or set MUSTER_HOME and the ports for another one"
        )
    if state is None or state.phase is not Phase.READY:
        phase = state.phase if state else Phase.STARTING
        say(f"Muster is already there, and {phase}; see {home.logs / 'stack.log'}.")
    else:
        say("Muster is already running.")
        _say_where_to_go(home, fresh_settings())
    return 0


def _stop_if(home: Home, supervisor: subprocess.Popen[bytes], *, stop: bool) -> None:
    if stop:
        stop_supervisor(home)
        supervisor.wait()


@contextmanager
def _stopped_if_interrupted(home: Home) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into an orderly stop of what was started."""

    def leave(number: int, _frame: FrameType | None) -> None:
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    try:
        yield
    except SystemExit:
        say("Interrupted; stopping everything ...")
        with suppress(ApplicationError):
            stop_supervisor(home)
        raise
