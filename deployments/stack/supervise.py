"""The supervisor as a process: holds the home, keeps the parts, leaves nothing."""

import asyncio
import os
import secrets
import signal

from config.errors import SetupError
from config.logs import set_up_logs
from config.settings import settings
from deployments.stack.home import Home, stack_secrets, write_privately
from deployments.stack.parts import Part, addresses_of, parts_of
from deployments.stack.processes import die_with, make_scratch, sweep
from deployments.stack.state import Phase, StackState, read_state, write_state
from deployments.stack.supervisor import Supervisor


def supervise(*, parent: int | None) -> int:
    """
    Run the stack until SIGTERM or SIGINT; return the exit code.

    The caller holds the lock of the home folder, and we inherit it.

    Args:
        parent: The process that started us, if we shall end when it does.
    """
    set_up_logs()
    if parent is not None:
        die_with(parent)
    values = settings()
    home = Home(values.home)
    state = StackState(
        pid=os.getpid(), mark=secrets.token_hex(8), scratch=make_scratch()
    )
    write_state(home, state)
    _leave_sweeper_behind(home)
    try:
        made = stack_secrets(home)
        parts = parts_of(values, made)
        lines = addresses_of(values, made).environment().items()
        write_privately(home.addresses, "".join(f"{k}='{v}'\n" for k, v in lines))
        return asyncio.run(_run(parts, home, state))
    except SetupError as problem:
        state.problem = problem.message
        return 1
    finally:
        home.addresses.unlink(missing_ok=True)
        state.phase = Phase.FAILED if state.problem else Phase.STOPPED
        write_state(home, state)


async def _run(parts: list[Part], home: Home, state: StackState) -> int:
    return await Supervisor(parts, home=home, state=state).run()


def _leave_sweeper_behind(home: Home) -> None:
    """
    Fork a process that waits for our end, then ends what is left of the stack.

    A flow run or its browser lives in a session of its own, and nobody can catch
    SIGKILL. The sweeper shares our lock: while it works, the home is not free.
    """
    until_we_end, _held_open_by_us = os.pipe()
    if os.fork() != 0:
        os.close(until_we_end)
        return
    os.close(_held_open_by_us)
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        os.read(until_we_end, 1)
        state = read_state(home)
        if state is not None:
            sweep(state)
        home.addresses.unlink(missing_ok=True)
    finally:
        os._exit(0)  # whatever happens: this copy of the supervisor must not go on
