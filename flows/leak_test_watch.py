"""Run leak tests whose time has come, and forget those of long ago."""

import asyncio
import logging
from datetime import datetime, timedelta
from threading import Event

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import ApplicationError
from config.settings import settings
from flows.leak_test_life import start_leak_test
from tasks.database import transaction
from tasks.leak_tests.repository import (
    forget_leak_tests,
    note_scheduled,
    take_due_schedule,
)
from tasks.leak_tests.schemas import DueSchedule, LeakProblem, LeakTestAnswer

INTERVAL = timedelta(seconds=10)
FORGET_INTERVAL = timedelta(hours=1)

_log = logging.getLogger(__name__)


def run_due_leak_tests() -> int:
    """
    Run the leak tests that are due, one after the other; return how many.

    What goes wrong with one is noted at its schedule, and shown there.

    Raises:
        UnreachableError: The database does not answer.
    """
    done = 0
    while True:
        with transaction() as session:
            due = take_due_schedule(session, now=now())
        if due is None:
            return done
        _run_one(due)
        done += 1


def forget_old_leak_tests() -> int:
    """Forget leak tests that were kept long enough; return how many."""
    before = now() - settings().leak_tests.retention
    with transaction() as session:
        return forget_leak_tests(session, before=before)


def watch_leak_tests_forever(stop: Event) -> None:
    """Look for due leak tests until `stop` is set; a failed look is logged."""
    forgot_at: datetime | None = None
    while not stop.wait(INTERVAL.total_seconds()):
        try:
            run_due_leak_tests()
            if forgot_at is None or now() - forgot_at >= FORGET_INTERVAL:
                forgot_at = now()
                forget_old_leak_tests()
        except ApplicationError as problem:
            _log.warning("leak tests could not be looked after: %s", problem.message)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("leak tests could not be looked after")


def _run_one(due: DueSchedule) -> None:
    leak_test_id, problem = None, None
    try:
        answer = asyncio.run(_test(due))
        leak_test_id, problem = answer.id, answer.problem
    except ApplicationError as failure:
        _log.warning("a scheduled leak test failed: %s", failure.message)
        problem = LeakProblem(error=failure.code, message=failure.message)
    with transaction() as session:
        note_scheduled(
            session, due.schedule_id, leak_test_id=leak_test_id, problem=problem
        )


async def _test(due: DueSchedule) -> LeakTestAnswer:
    try:
        return await start_leak_test(
            due.request, requested_by=due.requested_by, schedule_id=due.schedule_id
        )
    finally:
        await close_async_redis_client()
