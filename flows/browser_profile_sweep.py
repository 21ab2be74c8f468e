"""Put right what registry, agent and browsers do not agree on; look every minute."""

import asyncio
import logging
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import ApplicationError
from config.settings import settings
from flows.dispatch import run_attached
from tasks.browser_profiles.refresh import refresh_browser_profiles
from tasks.browser_profiles.registry import worker_name
from tasks.browser_profiles.tidy import look_round, put_right
from tasks.database import held_alone
from tasks.retries import only_if_retryable

LONGEST_SWEEP = timedelta(minutes=10)

_log = logging.getLogger(__name__)


@flow(name="browser-profile-sweep")
async def sweep_browser_profiles(browser_profile_ids: list[str]) -> dict[str, str]:
    """Adopt, stop or write off some browsers, after another look at each."""
    try:
        return await put_browsers_right([UUID(one) for one in browser_profile_ids])
    finally:
        await close_async_redis_client()


@task(
    name="put-browsers-right",
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def put_browsers_right(browser_profile_ids: list[UUID]) -> dict[str, str]:
    """Do what is to be done about browsers; safe to repeat."""
    done = await put_right(browser_profile_ids)
    return {str(one): step for one, step in done.items()}


async def sweep_once() -> dict[str, str]:
    """
    Look at all browsers of this machine; run the flow only if there is work for it.

    Returns what was done, by browser profile.

    Raises:
        UnreachableError: The agent, Redis, the database or Prefect does not answer.
    """
    steps = await look_round()
    for one in steps:
        _log.warning("browser %s: %s", one.browser_profile_id, one.reason.message)
    if not steps:
        return {}
    wish = {"browser_profile_ids": [str(one.browser_profile_id) for one in steps]}
    done: dict[str, str] = await run_attached(
        sweep_browser_profiles, parameters=wish, timeout=LONGEST_SWEEP
    )
    return done


def watch_browsers_forever(stop: Event) -> None:
    """
    Look at once and then every minute until `stop` is set; a failed look is logged.

    One process a machine looks. Where no agent is set there is nothing to look at.
    """
    refreshed_at: datetime | None = None
    while True:
        if settings().multilogin.launcher_url:
            refreshed_at = _watch_once(refreshed_at)
        if stop.wait(settings().browser_profiles.sweep_interval.total_seconds()):
            return


def _watch_once(refreshed_at: datetime | None) -> datetime | None:
    try:
        with held_alone(f"browsers of {worker_name()}") as mine:
            if not mine:
                return refreshed_at
            return asyncio.run(_sweep_and_refresh(refreshed_at))
    except ApplicationError as problem:
        _log.warning("browsers could not be looked at: %s", problem.message)
    except Exception:  # noqa: BLE001 - a defect must not end the watch
        _log.exception("browsers could not be looked at")
    return refreshed_at


async def _sweep_and_refresh(refreshed_at: datetime | None) -> datetime | None:
    try:
        await sweep_once()
        interval = settings().browser_profiles.refresh_interval
        if refreshed_at is not None and now() - refreshed_at < interval:
            return refreshed_at
        await refresh_browser_profiles()
        return now()
    finally:
        await close_async_redis_client()
