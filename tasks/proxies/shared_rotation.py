"""Rotation for all workers: the same rule in Redis, one round trip a lease."""

import random
from collections.abc import Callable, Collection, Sequence

import anyio.to_thread
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from config.connections import redis_client
from tasks.proxies.rotation_record import Ending
from tasks.proxies.rotation_state import Changes, Wait
from tasks.proxies.rotation_terms import Terms, WaitReason
from tasks.proxies.rotation_wire import (
    LeasedProxy,
    give_back_call,
    lease_call,
    read_changes,
    read_lease,
    script,
)
from tasks.proxies.shared_restore import restore_rotation

AGAIN_SECONDS = 0.2

Restore = Callable[[Redis, Terms], float]


class SharedRotation:
    """Leases proxies to the tasks of one event loop."""

    def __init__(
        self,
        redis: AsyncRedis,
        terms: Terms,
        *,
        restore: Restore = restore_rotation,
        draw: random.Random | None = None,
    ) -> None:
        self.terms = terms
        self._draw = draw or random.Random()  # noqa: S311 - spreads load, guards nothing
        self._restore = restore
        self._lease = redis.register_script(script("lease"))
        self._give_back = redis.register_script(script("give_back"))

    async def lease_proxy(
        self,
        candidates: Sequence[int],
        host: str,
        *,
        exclude: Collection[int] = (),
        pin: int | None = None,
    ) -> LeasedProxy | Wait:
        """
        Lease a proxy for one request, or say how long to wait and why.

        Args:
            candidates: Ids of the proxies that may be given out.
            host: Where the request goes.
            exclude: Proxies this item was tried through; if any, it is a further try.
            pin: The one proxy it may be; no other is ever given instead.

        Raises:
            RedisError: Redis does not answer.
        """
        keys, args = lease_call(
            candidates,
            host,
            exclude=exclude,
            pin=pin,
            terms=self.terms,
            draw=self._draw,
        )
        for _ in range(2):
            found = read_lease(await self._lease(keys, args), host)
            if found is not None:
                return found
            until = await anyio.to_thread.run_sync(self._read_back)
        return Wait(until, WaitReason.RESTORING)

    async def give_back(self, lease: LeasedProxy, ending: Ending) -> Changes:
        """
        Give a proxy back and record how the attempt ended.

        Raises:
            RedisError: Redis does not answer.
        """
        keys, args = give_back_call(lease, ending, terms=self.terms, draw=self._draw)
        return read_changes(await self._give_back(keys, args))

    def _read_back(self) -> float:
        return self._restore(redis_client(), self.terms) + AGAIN_SECONDS


class DirectRotation:
    """The same for callers without an event loop, such as those with a browser."""

    def __init__(
        self,
        redis: Redis,
        terms: Terms,
        *,
        restore: Restore = restore_rotation,
        draw: random.Random | None = None,
    ) -> None:
        self.terms = terms
        self._redis = redis
        self._draw = draw or random.Random()  # noqa: S311 - as above
        self._restore = restore
        self._lease = redis.register_script(script("lease"))
        self._give_back = redis.register_script(script("give_back"))

    def lease_proxy(
        self,
        candidates: Sequence[int],
        host: str,
        *,
        exclude: Collection[int] = (),
        pin: int | None = None,
    ) -> LeasedProxy | Wait:
        """Lease a proxy as `SharedRotation.lease_proxy` does."""
        keys, args = lease_call(
            candidates,
            host,
            exclude=exclude,
            pin=pin,
            terms=self.terms,
            draw=self._draw,
        )
        for _ in range(2):
            found = read_lease(self._lease(keys, args), host)
            if found is not None:
                return found
            until = self._restore(self._redis, self.terms) + AGAIN_SECONDS
        return Wait(until, WaitReason.RESTORING)

    def give_back(self, lease: LeasedProxy, ending: Ending) -> Changes:
        """Give a proxy back as `SharedRotation.give_back` does."""
        keys, args = give_back_call(lease, ending, terms=self.terms, draw=self._draw)
        return read_changes(self._give_back(keys, args))
