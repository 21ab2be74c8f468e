"""python -m deployments.worker: apply the registry, then run flows until stopped."""

import asyncio
import contextlib
import logging
import platform
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any

from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessWorker

from config.errors import UnreachableError
from config.logs import set_up_logs
from config.settings import settings
from deployments.prefect_environment import enter_client_environment
from deployments.registry import apply_registry
from deployments.warm_fork import fork_warm_process, import_all
from deployments.warm_worker import WarmWorker

LONGEST_WAIT_FOR_PREFECT = timedelta(seconds=120)
_SECONDS_BETWEEN_TRIES = 0.5

_log = logging.getLogger(__name__)


def main() -> None:
    """
    Run flows of the work pool that is set, until SIGTERM or SIGINT.

    What runs then is asked to stop and, after 5 s, killed; Prefect schedules it again
    and the next worker takes it up.

    Raises:
        SetupError: No Prefect server is named, or the flows cannot be imported.
        UnreachableError: It did not answer for two minutes.
    """
    set_up_logs()
    enter_client_environment()
    is_warm = settings().prefect.worker == WarmWorker.type
    # Beside the imports, which take as long: a worker that was killed is back sooner.
    gives_up = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        applying = beside.submit(
            copy_context().run, apply_registry_once_prefect_answers, gives_up
        )
        try:
            if is_warm:
                import_all(WarmWorker.flow_modules)
            applying.result()
        except BaseException:
            gives_up.set()  # else it would be waited for until Prefect answers
            raise
    if is_warm:
        # Now, for what Prefect's client set up is shared too; and not later, for from
        # here on there are threads.
        WarmWorker.forked = fork_warm_process()
    asyncio.run(work_until_stopped(make_worker()))


def apply_registry_once_prefect_answers(gives_up: threading.Event) -> None:
    """
    Apply the registry, and wait for a Prefect server that is still starting.

    Args:
        gives_up: Set it to wait no longer.

    Raises:
        UnreachableError: It did not answer for two minutes.
    """
    tries = int(LONGEST_WAIT_FOR_PREFECT.total_seconds() / _SECONDS_BETWEEN_TRIES)
    for left in reversed(range(tries)):
        try:
            apply_registry()
        except UnreachableError:
            if left == 0 or gives_up.wait(_SECONDS_BETWEEN_TRIES):
                raise
        else:
            return


def make_worker() -> BaseWorker[Any, Any, Any]:
    """Return a worker of the type that is set."""
    section, name = settings().prefect, platform.node()
    if section.worker == WarmWorker.type:
        return WarmWorker(section.work_pool, name=name, limit=section.runs_at_once)
    # Without a limit of its own, on which the stock worker fails when a crashed run is
    # due again too soon; its work pool has one.
    return ProcessWorker(section.work_pool, name=name)


async def work_until_stopped(worker: BaseWorker[Any, Any, Any]) -> None:
    """Run a worker until SIGTERM or SIGINT, and leave no process behind."""
    work = asyncio.create_task(worker.start(printer=_log.info))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    main()
