"""What all workers share in Redis: its names, its failures, and one at a time."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from hashlib import sha256

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from config.errors import UnreachableError

_HELD_SECONDS = 10.0
"""A lock whose holder is killed is free after this."""

_RENEW_SECONDS = 3.0
_LOOK_SECONDS = 0.05


class SharedStateAwayError(UnreachableError):
    """Tokens and turns cannot be had without Redis."""

    code = "multilogin_tokens_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Redis does not answer, where the workers share their sign-in at "
            "Multilogin X; try again soon"
        )


class QueueTooLongError(UnreachableError):
    """Somebody else has been at it for too long."""

    code = "multilogin_queue_too_long"

    def __init__(self) -> None:
        super().__init__(
            "another worker has been signing in at Multilogin X for too long; try again"
        )


def account_key(what: str, *, cloud_url: str, email: str, workspace_id: str) -> str:
    """Return the name of a key of one account in one workspace at one cloud."""
    told = "\n".join((cloud_url.rstrip("/"), email.strip().lower(), workspace_id))
    return f"multilogin:{{{sha256(told.encode()).hexdigest()[:16]}}}:{what}"


@contextmanager
def redis_failures_named() -> Generator[None]:
    """Turn a failure of Redis into one of our errors."""
    try:
        yield
    except (RedisError, OSError) as away:
        raise SharedStateAwayError from away


@asynccontextmanager
async def one_at_a_time(
    redis: Redis, name: str, *, longest: timedelta
) -> AsyncGenerator[None]:
    """
    Run the block while nobody else, in any process, runs it under the same name.

    Raises:
        QueueTooLongError: It was not our turn within `longest`.
        SharedStateAwayError: Redis does not answer.
    """
    lock = Lock(redis, name, timeout=_HELD_SECONDS, sleep=_LOOK_SECONDS)
    with redis_failures_named():
        is_ours = await lock.acquire(blocking_timeout=longest.total_seconds())
    if not is_ours:
        raise QueueTooLongError
    renewing = asyncio.create_task(_renew(lock))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        with suppress(LockError, RedisError, OSError):
            await lock.release()


async def _renew(lock: Lock) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        await lock.reacquire()
