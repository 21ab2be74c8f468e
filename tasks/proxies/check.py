"""Does a proxy answer, from where, how fast: a look through its real exit."""

from datetime import datetime
from typing import Any

import anyio
import anyio.to_thread

from config.clock import now
from config.errors import OutsideError
from config.settings import settings
from tasks.clients.ip_echo import SeenExit, see_exit
from tasks.clients.proxy_forwarder import UpstreamProxy
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.proxy_types import ProxyChecked
from tasks.proxies.attempts import disable_if_failing
from tasks.proxies.repository import (
    describe_usable,
    get_proxy,
    list_by_id,
    note_check,
)
from tasks.proxies.schemas import CheckAnswer, UsableProxy


async def check_proxies(ids: list[int]) -> list[CheckAnswer]:
    """
    Look through some proxies, several at once, and note what is found; safe to repeat.

    A proxy that was removed meanwhile is passed over.
    """
    proxies = await anyio.to_thread.run_sync(_read, ids)
    limiter = anyio.CapacityLimiter(settings().proxy_upkeep.checks_at_once)
    answers: list[CheckAnswer] = []

    async def check(proxy: UsableProxy) -> None:
        async with limiter:
            found = await _look_through(proxy)
        answers.append(await anyio.to_thread.run_sync(_note, proxy.id, found, now()))

    async with anyio.create_task_group() as group:
        for proxy in proxies:
            group.start_soon(check, proxy)
    return sorted(answers, key=lambda one: one.proxy_id)


def require_proxy(proxy_id: int) -> None:
    """
    Return if there is such a proxy.

    Raises:
        ProxyNotFoundError: There is none.
    """
    with transaction() as session:
        get_proxy(session, proxy_id)


def upstream_of(proxy: UsableProxy) -> UpstreamProxy:
    """Return a proxy as the forwarder takes it."""
    password = proxy.password.get_secret_value() if proxy.password else None
    return UpstreamProxy(
        proxy.protocol.value, proxy.host, proxy.port, proxy.username, password
    )


async def _look_through(proxy: UsableProxy) -> SeenExit | OutsideError:
    section = settings().proxy_upkeep
    try:
        return await see_exit(
            upstream_of(proxy),
            section.echo_url,
            seconds=section.check_timeout.total_seconds(),
        )
    except OutsideError as problem:
        return problem


def _read(ids: list[int]) -> list[UsableProxy]:
    with transaction() as session:
        return [describe_usable(row) for row in list_by_id(session, ids)]


def _note(
    proxy_id: int, found: SeenExit | OutsideError, moment: datetime
) -> CheckAnswer:
    """Note what a check found; a failure counts as one more error in a row."""
    values = _values_of(found)
    with transaction() as session:
        rows = list_by_id(session, [proxy_id], lock=True)
        for row in rows:
            was_ok = row.check_error is None
            note_check(row, values, now=moment)
            is_ok = values["check_error"] is None
            row.error_count = 0 if is_ok else row.error_count + 1
            if is_ok != was_ok:
                told = ProxyChecked(None, proxy_id, is_ok, values["check_error"])
                record_event(session, told)
            session.flush()
            disable_if_failing(session, proxy_id)
    problem = found if isinstance(found, OutsideError) else None
    return CheckAnswer(
        proxy_id=proxy_id,
        ok=problem is None,
        latency_ms=values.get("check_latency_ms"),
        exit_address=values.get("exit_address"),
        exit_country=values.get("exit_country"),
        error=problem.code if problem else None,
        message=problem.message if problem else None,
        checked_at=moment,
    )


def _values_of(found: SeenExit | OutsideError) -> dict[str, Any]:
    """Return what is to be noted; where a proxy leaves is kept while it fails."""
    if isinstance(found, OutsideError):
        return {"check_error": found.message, "check_latency_ms": None}
    exit_seen = {"exit_address": found.address, "exit_country": found.country}
    return {
        "check_error": None,
        "check_latency_ms": round(found.seconds * 1000),
        **(exit_seen if found.address else {}),
    }
