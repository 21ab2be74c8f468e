"""A whole stack of our own for the time of a benchmark: own folder, own ports."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.errors import SetupError
from deployments.stack.control import (
    fresh_settings,
    start_supervisor,
    stop_supervisor,
    this_home,
    wait_until_ready,
)
from deployments.stack.home import Home
from deployments.stack.parts import api_address
from deployments.stack.ports import LOOPBACK, free_port_settings
from deployments.stack.state import read_state

_NO_LIMITS = {
    "MUSTER_LIMITS__GENERAL": "10000000",
    "MUSTER_LIMITS__INTERACTIVE": "10000000",
    "MUSTER_PROXIES__BUDGET_PER_HOUR": "28800",  # 8/s: an hour in a minute
}
"""What is measured asks far more often than any person."""


@dataclass(frozen=True, slots=True)
class OwnStack:
    """Where the parts of the benchmark's stack are."""

    api_url: str
    site_url: str
    worker_process_id: int
    api_process_id: int
    multilogin_process_id: int
    token: str
    """Bearer token of an account that may run campaigns."""


@contextmanager
def own_stack() -> Iterator[OwnStack]:
    """
    Start everything in a folder of its own, and take it all away at the end.

    It ends with this process, however that ends (Linux).

    Raises:
        SetupError: A part did not come up; the message holds its last words.
    """
    with tempfile.TemporaryDirectory(
        prefix="muster-bench-", ignore_cleanup_errors=True
    ) as folder:
        # Settings of this very process too: it asks for a token and for latencies.
        os.environ.update(free_port_settings(), MUSTER_HOME=folder, **_NO_LIMITS)  # noqa: TID251 - set, not read
        home = this_home()
        supervisor = start_supervisor(home, with_parent=True)
        try:
            wait_until_ready(home, supervisor, lambda _: None)
            yield _describe(home)
        finally:
            stop_supervisor(home)
            supervisor.wait()


def part_process_id(home: Home, name: str) -> int:
    """
    Return the process of one part of the stack that holds `home`.

    Raises:
        SetupError: There is no such part, or it does not run.
    """
    state = read_state(home)
    found = (part.pid for part in state.parts if part.name == name) if state else ()
    process_id = next(iter(found), None)
    if process_id is None:
        raise SetupError(f"the stack of {Path(home.folder)} has no running {name}")
    return process_id


def _describe(home: Home) -> OwnStack:
    from deployments.seed import demo_login_token, make_first_administrator  # noqa: PLC0415 - opens connections to the stack

    values = fresh_settings()
    make_first_administrator()
    return OwnStack(
        api_url=api_address(values),
        site_url=f"http://{LOOPBACK}:{values.stack.demo_site_port}",
        worker_process_id=part_process_id(home, "worker"),
        api_process_id=part_process_id(home, "api"),
        multilogin_process_id=part_process_id(home, "multilogin_x"),
        token=demo_login_token(),
    )
