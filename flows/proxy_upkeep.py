"""Look after proxies: checks, top-up, pins whose policy moves them, history."""

import asyncio
import logging
from datetime import datetime
from threading import Event
from uuid import UUID

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import ApplicationError
from config.settings import settings
from flows.proxy_life import carry_out, check_all, generate
from tasks.database import held_alone, transaction
from tasks.proxies.attempts import tidy_history
from tasks.proxies.generate import Doer
from tasks.proxies.pins import follow_policies
from tasks.proxies.repository import count_usable, list_due
from tasks.proxies.schemas import GenerateRequest

MOST_MADE_AT_ONCE = 100
MOST_CHECKED_AT_ONCE = 500
UPKEEP = Doer(UUID(int=0), "the upkeep of proxies")
"""Who does it, as the audit names it."""

_log = logging.getLogger(__name__)


def missing_proxies(usable: int, *, wanted: int) -> int:
    """Return how many proxies are to be made now: pure."""
    return max(0, min(MOST_MADE_AT_ONCE, wanted - usable))


async def look_after_proxies() -> None:
    """
    Check what is due, move pins, top up, tidy; what fails does not stop the rest.

    Safe to repeat, and done by one process at a time.
    """
    moment = now()
    for step in (_check_due, _move_pins, _top_up, _tidy):
        try:
            await step(moment)
        except ApplicationError as problem:
            _log.warning("proxies: %s: %s", step.__name__, problem.message)


def watch_proxies_forever(stop: Event) -> None:
    """Look after proxies at once and then every minute until `stop` is set."""
    while True:
        try:
            with held_alone("proxies") as mine:
                if mine:
                    asyncio.run(_look_and_close())
        except ApplicationError as problem:
            _log.warning("proxies could not be looked after: %s", problem.message)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("proxies could not be looked after")
        if stop.wait(settings().proxy_upkeep.interval.total_seconds()):
            return


async def _look_and_close() -> None:
    try:
        await look_after_proxies()
    finally:
        await close_async_redis_client()


async def _check_due(moment: datetime) -> None:
    before = moment - settings().proxy_upkeep.check_interval
    with transaction() as session:
        due = list_due(session, before=before, limit=MOST_CHECKED_AT_ONCE)
    if due:
        await check_all(due)


async def _move_pins(moment: datetime) -> None:
    for account_session_id in follow_policies(now=moment):
        try:
            await carry_out(account_session_id)
        except ApplicationError as problem:
            _log.warning("pin %d stays: %s", account_session_id, problem.message)


async def _top_up(_moment: datetime) -> None:
    section = settings().proxy_upkeep
    if not section.top_up_below:
        return
    with transaction() as session:
        missing = missing_proxies(count_usable(session), wanted=section.top_up_below)
    if missing:
        wish = GenerateRequest(country=section.top_up_country, count=missing)
        await generate(wish, UPKEEP)


async def _tidy(moment: datetime) -> None:
    tidy_history(now=moment)
