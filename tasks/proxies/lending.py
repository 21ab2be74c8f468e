"""Lend proxies of the pool to what reads pages, and keep what came of each request."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta
from time import monotonic
from typing import NamedTuple
from weakref import WeakSet

from redis.exceptions import RedisError

from config.clock import now
from config.connections import async_redis_client, close_async_redis_client
from config.errors import UnreachableError
from tasks.clients.proxy_supply import Blame, LentProxy, NoProxyNow, Patience
from tasks.database import transaction
from tasks.proxies.attempts import keep_attempts
from tasks.proxies.check import upstream_of
from tasks.proxies.repository import list_usable
from tasks.proxies.rotation import Ending, Outcome, Terms, Wait, WaitReason
from tasks.proxies.rotation_settings import read_rotation_terms
from tasks.proxies.rotation_wire import LeasedProxy
from tasks.proxies.schemas import Attempt, UsableProxy
from tasks.proxies.shared_rotation import SharedRotation

log = logging.getLogger(__name__)

FRESH_SECONDS = 10.0
"""For so long the list of proxies and the settings are taken as they were read."""

KEPT_TOGETHER = 200
"""Attempts written in one transaction."""

LONGEST_UNKEPT_SECONDS = 5.0

_WORDS = {
    WaitReason.BUDGET: "every proxy has spent what it may carry for now",
    WaitReason.COOLING: "the proxies that are left cool down",
    WaitReason.ALL_TRIED: "every proxy was tried",
    WaitReason.NO_PROXY: "there is no proxy that may be used for it",
    WaitReason.PIN_BUDGET: "its pinned proxy has spent what it may carry for now",
    WaitReason.PIN_COOLING: "its pinned proxy cools down",
    WaitReason.PIN_AWAY: "its pinned proxy is out of use; a person may move the pin",
    WaitReason.RETRIES: "too many requests are further tries already",
    WaitReason.HOST_SLOWED: "its host fails through all proxies, and is asked slowly",
    WaitReason.RESTORING: "what was known of the proxies is being read back",
}
_PATIENCE = {
    WaitReason.ALL_TRIED: Patience.ALL_TRIED,
    WaitReason.NO_PROXY: Patience.NONE,
    WaitReason.PIN_AWAY: Patience.NONE,
    WaitReason.RETRIES: Patience.LATER,
}


class RotationUnreachableError(UnreachableError):
    """Redis, where all workers share what they know of proxies, does not answer."""

    code = "rotation_unreachable"

    def __init__(self) -> None:
        super().__init__("Redis does not answer, so no proxy can be chosen; try again")


class ProxyWish(NamedTuple):
    """Which proxies of the pool are wanted."""

    tags: tuple[str, ...] = ()
    country: str | None = None


class _Known(NamedTuple):
    """The proxies that may be lent, as of a moment of the monotonic clock."""

    proxies: dict[int, UsableProxy]
    ids: tuple[int, ...]
    terms: Terms
    read_at: float


def explain_wait(wait: Wait, *, moment: float) -> NoProxyNow:
    """Return what a wait means to who wants a proxy; `moment` in seconds since 1970."""
    patience = _PATIENCE.get(wait.why, Patience.WAIT)
    return NoProxyNow(patience, max(0.0, wait.until - moment), _WORDS[wait.why])


def describe_attempt(
    lease: LeasedProxy, blame: Blame, *, seconds: float, waited: bool
) -> Attempt:
    """Return an attempt as it is kept, with why its proxy was chosen."""
    return Attempt(
        proxy_id=lease.proxy_id,
        host=lease.host,
        at=now() - timedelta(seconds=seconds),
        outcome=blame.value,
        latency=timedelta(seconds=seconds),
        why=lease.why,
        waited=waited,
    )


class PoolSupply:
    """Lends proxies of the pool to the requests of one event loop."""

    def __init__(self, wish: ProxyWish = ProxyWish()) -> None:  # noqa: B008 - immutable
        self._wish = wish
        self._rotation: SharedRotation | None = None
        self._known: _Known | None = None
        self._reading = asyncio.Lock()
        self._waited: WeakSet[asyncio.Task[object]] = WeakSet()
        self._unkept: list[Attempt] = []
        self._kept_at = monotonic()
        self._keeping: asyncio.Task[None] | None = None

    async def lend(
        self, host: str, *, tried: Collection[int]
    ) -> LentProxy | NoProxyNow:
        """
        Lease the proxy that rotation chooses for one request.

        Raises:
            RotationUnreachableError: Redis does not answer; nothing is sent.
        """
        known = await self._look()
        rotation = self._rotate(known.terms)
        try:
            found = await rotation.lease_proxy(known.ids, host, exclude=tried)
        except RedisError as silent:
            raise RotationUnreachableError from silent
        if isinstance(found, Wait):
            task = asyncio.current_task()
            if found.why is WaitReason.BUDGET and task is not None:
                self._waited.add(task)
            return explain_wait(found, moment=now().timestamp())
        upstream = upstream_of(known.proxies[found.proxy_id])
        return LentProxy(found.proxy_id, upstream, found)

    async def give_back(
        self,
        lent: LentProxy,
        blame: Blame,
        *,
        seconds: float,
        retry_after: float | None = None,
    ) -> None:
        """Record how a request ended; that Redis is away is left to the lease's end."""
        lease = lent.lease
        if self._rotation is None or not isinstance(lease, LeasedProxy):
            raise TypeError("this proxy was not lent here")
        ending = Ending(Outcome(blame.value), seconds, retry_after)
        try:
            await self._rotation.give_back(lease, ending)
        except RedisError as silent:
            log.warning("proxy %s was not given back: %s", lent.proxy_id, silent)
        task = asyncio.current_task()
        waited = task in self._waited
        if task is not None:
            self._waited.discard(task)
        self._unkept.append(
            describe_attempt(lease, blame, seconds=seconds, waited=waited)
        )
        self._keep_some()

    async def close(self) -> None:
        """Keep the attempts that are not kept yet, and leave Redis."""
        if self._keeping is not None:
            await self._keeping
        await self._keep()
        self._rotation = None
        await close_async_redis_client()

    def _rotate(self, terms: Terms) -> SharedRotation:
        if self._rotation is None:
            self._rotation = SharedRotation(async_redis_client(), terms)
        self._rotation.terms = terms
        return self._rotation

    async def _look(self) -> _Known:
        """Return the proxies that may be lent, read anew every few seconds."""
        async with self._reading:
            known = self._known
            if known is None or monotonic() > known.read_at + FRESH_SECONDS:
                known = self._known = await asyncio.to_thread(_read, self._wish)
        return known

    def _keep_some(self) -> None:
        is_idle = self._keeping is None or self._keeping.done()
        is_late = monotonic() > self._kept_at + LONGEST_UNKEPT_SECONDS
        if is_idle and (is_late or len(self._unkept) >= KEPT_TOGETHER):
            self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        attempts, self._unkept = self._unkept, []
        self._kept_at = monotonic()
        if not attempts:
            return
        disabled = await asyncio.to_thread(keep_attempts, attempts)
        if disabled:
            self._known = None


def _read(wish: ProxyWish) -> _Known:
    terms = read_rotation_terms()
    with transaction() as session:
        found = list_usable(session, tags=wish.tags, country=wish.country)
    proxies = {one.id: one for one in found}
    return _Known(proxies, tuple(proxies), terms, monotonic())
