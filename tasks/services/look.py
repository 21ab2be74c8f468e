"""Look at each service once; what hangs here is kept apart by the lookout."""

import asyncio
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from redis.exceptions import RedisError

from config.clock import now
from config.connections import close_async_redis_client, redis_client
from config.errors import ApplicationError, UnreachableError
from config.settings import settings
from config.vocabulary import ServiceState
from tasks.clients.multilogin import open_multilogin
from tasks.clients.prefect_server import StateType, WorkerRecord, prefect_server
from tasks.database import transaction
from tasks.events.relay import last_published
from tasks.services import repository
from tasks.services.schemas import Backlog, EventLag, Finding
from tasks.services.verdicts import judge_disk, judge_relay, judge_workers

_ANSWERS = Finding(ServiceState.OK, "it answers")


class RedisUnreachableError(UnreachableError):
    """Redis does not answer, or is still loading."""

    code = "redis_error"

    def __init__(self) -> None:
        super().__init__("Redis does not answer; see that it runs, then try again")


def look_at_database() -> Finding:
    """Ask PostgreSQL for an answer, over the connections that requests use."""
    with transaction() as session:
        repository.ask_for_answer(session)
    return _ANSWERS


def look_at_redis() -> Finding:
    """Ask Redis for an answer."""
    with _redis_failures_named():
        redis_client().ping()
    return _ANSWERS


def look_at_prefect() -> Finding:
    """Ask the Prefect server, which asks its database."""
    prefect_server().require_answer()
    return _ANSWERS


def look_at_workers() -> Finding:
    """Ask Prefect when it last heard of the work pool's workers."""
    try:
        return judge_workers(read_workers(), now=now())
    except ApplicationError as unsure:
        return Finding(ServiceState.UNKNOWN, f"nobody can say: {unsure.message}")


def look_at_relay() -> Finding:
    """Compare what is committed with what the stream has."""
    try:
        return judge_relay(read_event_lag())
    except ApplicationError as unsure:
        return Finding(ServiceState.UNKNOWN, f"nobody can say: {unsure.message}")


def look_at_launcher() -> Finding:
    """Ask the agent of Multilogin X, which starts browsers on its machine."""
    if not settings().multilogin.launcher_url:
        return Finding(ServiceState.OK, "none is set, so no browser is started")
    asyncio.run(_ask_launcher())
    return _ANSWERS


async def _ask_launcher() -> None:
    try:
        async with open_multilogin() as multilogin:
            await multilogin.launcher.version()
    finally:
        await close_async_redis_client()


def look_at_disk() -> Finding:
    """Look at the free space where Muster keeps its files."""
    home = settings().home.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    return judge_disk(shutil.disk_usage(Path(there)).free)


LOOKS: Mapping[str, Callable[[], Finding]] = {
    "database": look_at_database,
    "redis": look_at_redis,
    "prefect": look_at_prefect,
    "worker": look_at_workers,
    "relay": look_at_relay,
    "launcher": look_at_launcher,
    "disk": look_at_disk,
}
"""Every service there is a look for; one more is one more line."""


def read_workers() -> list[WorkerRecord]:
    """Return the workers of our work pool, also those that are gone."""
    return prefect_server().list_workers(settings().prefect.work_pool)


def read_event_lag() -> EventLag:
    """Return how far the relay is behind what is committed."""
    with _redis_failures_named():
        published = last_published(redis_client())
    with transaction() as session:
        return repository.read_event_lag(session, last_published=published, now=now())


def read_backlog() -> Backlog:
    """Return what waits for a worker, a person or an end."""
    moment, idle = now(), settings().accounts.login_idle_lifetime
    with transaction() as session:
        return repository.read_backlog(session, now=moment, used_since=moment - idle)


def count_flow_runs() -> dict[str, int]:
    """Return how many flow runs Prefect has in each state."""
    server = prefect_server()
    return {
        state.lower(): server.count_flow_runs(state) for state in get_args(StateType)
    }


@contextmanager
def _redis_failures_named() -> Generator[None]:
    try:
        yield
    except RedisError as silent:
        raise RedisUnreachableError from silent
