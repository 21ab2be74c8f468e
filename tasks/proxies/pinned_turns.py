"""Leave for pinned browser profiles to use their proxy: the same lease as for all."""

import logging
from threading import Lock
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from redis.exceptions import RedisError

from config.clock import now
from config.connections import redis_client
from tasks.clients.proxy_supply import Blame, NoProxyNow
from tasks.database import transaction
from tasks.proxies.attempts import keep_attempts
from tasks.proxies.lending import (
    KEPT_TOGETHER,
    LONGEST_UNKEPT_SECONDS,
    RotationUnreachableError,
    describe_attempt,
    explain_wait,
)
from tasks.proxies.pin_rows import PinnedProxy, find_pinned_proxy
from tasks.proxies.rotation import Ending, Outcome, Wait, WaitReason
from tasks.proxies.rotation_settings import read_rotation_terms
from tasks.proxies.rotation_wire import LeasedProxy
from tasks.proxies.schemas import Attempt
from tasks.proxies.shared_rotation import DirectRotation

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


class _Turn(NamedTuple):
    lease: LeasedProxy
    waited: bool


class PinnedTurns:
    """Lends a browser profile the proxy it is pinned to, and never another."""

    def __init__(self) -> None:
        self._rotation: DirectRotation | None = None
        self._lock = Lock()
        self._waited: set[UUID] = set()
        self._unkept: list[Attempt] = []
        self._kept_at = monotonic()

    def lend(self, browser_profile_id: UUID, host: str) -> _Turn | NoProxyNow | None:
        """
        Lease the pinned proxy for one page; None if the browser profile has no pin.

        Raises:
            RotationUnreachableError: Redis does not answer; nothing is sent.
        """
        pinned = _find(browser_profile_id)
        if pinned is None:
            return None
        moment = now().timestamp()
        if pinned.waits:
            away = Wait(moment + AGAIN_SECONDS, WaitReason.PIN_AWAY)
            return explain_wait(away, moment=moment)
        proxy_id = pinned.proxy.id
        try:
            found = self._rotate().lease_proxy([proxy_id], host, pin=proxy_id)
        except RedisError as silent:
            raise RotationUnreachableError from silent
        with self._lock:
            if isinstance(found, Wait):
                if found.why is WaitReason.PIN_BUDGET:
                    self._waited.add(browser_profile_id)
                return explain_wait(found, moment=moment)
            waited = browser_profile_id in self._waited
            self._waited.discard(browser_profile_id)
        return _Turn(found, waited)

    def give_back(self, lease: object, blame: Blame, *, seconds: float) -> None:
        """Record how a page came; that Redis is away is left to the lease's end."""
        if self._rotation is None or not isinstance(lease, _Turn):
            raise TypeError("this turn was not given here")
        leased = lease.lease
        try:
            self._rotation.give_back(leased, Ending(Outcome(blame.value), seconds))
        except RedisError as silent:
            log.warning("proxy %s was not given back: %s", leased.proxy_id, silent)
        attempt = describe_attempt(leased, blame, seconds=seconds, waited=lease.waited)
        with self._lock:
            self._unkept.append(attempt)
            is_late = monotonic() > self._kept_at + LONGEST_UNKEPT_SECONDS
            is_full = len(self._unkept) >= KEPT_TOGETHER
        if is_late or is_full:
            self.close()

    def close(self) -> None:
        """Keep the attempts that are not kept yet."""
        with self._lock:
            attempts, self._unkept = self._unkept, []
            self._kept_at = monotonic()
        if attempts:
            keep_attempts(attempts)

    def _rotate(self) -> DirectRotation:
        with self._lock:
            if self._rotation is None:
                self._rotation = DirectRotation(redis_client(), read_rotation_terms())
            return self._rotation


def _find(browser_profile_id: UUID) -> PinnedProxy | None:
    with transaction() as session:
        return find_pinned_proxy(session, browser_profile_id=browser_profile_id)
