"""One holder of a browser profile at a time, over all processes and machines."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from uuid import UUID

import anyio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.connections import async_redis_client
from config.errors import ConflictError, UnreachableError
from config.settings import settings

_RENEWALS = 3
"""How often a lock is renewed within its lifetime: two may fail."""

_LOOK_SECONDS = 0.05

_FENCE_SECONDS = 86_400
"""A number outlives any holder that was away; then the registry's is enough."""

_TAKE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local number = math.max(redis.call('INCR', KEYS[2]), tonumber(ARGV[1]) + 1)
redis.call('SET', KEYS[2], string.format('%.0f', number), 'EX', ARGV[4])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return number
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


class BrowserBusyError(ConflictError):
    """Somebody else is starting or stopping the same browser, and takes long."""

    code = "browser_busy"

    def __init__(self) -> None:
        super().__init__(
            "this browser is being started or stopped by somebody else; try again in a "
            "moment"
        )


class LockAwayError(UnreachableError):
    """Without Redis nobody can say who holds a browser profile."""

    code = "browser_lock_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Redis does not answer, where the workers agree on who starts a browser; "
            "try again soon"
        )


class HeldLock:
    """
    A lock in our hands; `fence` is larger than that of every holder before.

    A holder that was away for too long loses the lock without noticing in time. Its
    number is what keeps it from writing: the registry takes no smaller one.
    """

    def __init__(self, redis: Redis, key: str, *, fence: int, token: str) -> None:
        self.fence, self.is_lost = fence, False
        self._redis, self._key, self._token = redis, key, token

    async def renew_until_cancelled(self, lifetime: timedelta) -> None:
        """Keep the lock ours; if it is not any more, note so and end."""
        milliseconds = int(lifetime / timedelta(milliseconds=1))
        while not self.is_lost:
            await asyncio.sleep(lifetime.total_seconds() / _RENEWALS)
            try:
                kept = await self._redis.eval(
                    _RENEW, 1, self._key, self._token, milliseconds
                )
            except (RedisError, OSError):
                continue  # it may be back before the lifetime is over
            self.is_lost = not kept

    async def release(self) -> None:
        """Free the lock if it is still ours; it frees itself if Redis is away."""
        try:
            await self._redis.eval(_RELEASE, 1, self._key, self._token)
        except (RedisError, OSError):
            return


@asynccontextmanager
async def hold_browser_profile(
    browser_profile_id: UUID, *, above: int, patience: timedelta | None = None
) -> AsyncGenerator[HeldLock]:
    """
    Hold a browser profile within the block; wait while somebody else does.

    Args:
        browser_profile_id: Whose browser it is about.
        above: Largest fencing number in the registry, should Redis have lost its own.
        patience: Longest wait; left out: as the setting says.

    Raises:
        BrowserBusyError: Somebody else held it all the time.
        LockAwayError: Redis does not answer.
    """
    section = settings().browser_profiles
    longest = section.lock_patience if patience is None else patience
    held = await _take(browser_profile_id, above, section.lock_lifetime, longest)
    renewing = asyncio.create_task(held.renew_until_cancelled(section.lock_lifetime))
    try:
        yield held
    finally:
        with anyio.CancelScope(shield=True):
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await held.release()


async def held_browser_profiles(ids: list[UUID]) -> set[UUID]:
    """
    Return those browser profiles that somebody holds at this moment.

    Raises:
        LockAwayError: Redis does not answer.
    """
    if not ids:
        return set()
    with _named():
        found = [
            await async_redis_client().exists(_lock_key(one)) for one in ids
        ]  # one by one: in a cluster they lie apart
    return {one for one, is_held in zip(ids, found, strict=True) if is_held}


async def _take(
    browser_profile_id: UUID, above: int, lifetime: timedelta, longest: timedelta
) -> HeldLock:
    redis, key = async_redis_client(), _lock_key(browser_profile_id)
    token, milliseconds = secrets.token_hex(16), int(lifetime.total_seconds() * 1000)
    give_up_at = anyio.current_time() + longest.total_seconds()
    while True:
        with _named():
            fence = await redis.eval(
                _TAKE,
                2,
                *(key, f"{key}:fence"),
                *(above, token, milliseconds, _FENCE_SECONDS),
            )
        if fence:
            return HeldLock(redis, key, fence=int(fence), token=token)
        if anyio.current_time() >= give_up_at:
            raise BrowserBusyError
        await anyio.sleep(_LOOK_SECONDS * (0.5 + secrets.randbelow(100) / 100))


def _lock_key(browser_profile_id: UUID) -> str:
    # The braces keep lock and number in one slot of a cluster.
    return f"browser_profile:{{{browser_profile_id}}}"


@contextmanager
def _named() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as away:
        raise LockAwayError from away
