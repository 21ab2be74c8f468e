"""How many requests a second can be counted, one after another and many at once."""

import asyncio
import secrets
from datetime import timedelta
from time import perf_counter

from redis.asyncio import Redis

from config.connections import redis_url
from config.vocabulary import LimitClass
from tasks.limits.schemas import Asker
from tasks.limits.window import RedisWindow

REQUESTS = 4_000
AT_ONCE = 32
LIMIT = 100
HOUR = timedelta(hours=1)


def measure_limiter(requests: int = REQUESTS) -> dict[str, float]:
    """
    Return operations a second of the limiter, on the Redis that is set.

    Args:
        requests: How many to count in each of the measurements.
    """
    return asyncio.run(_measure(requests))


async def _measure(requests: int) -> dict[str, float]:
    async with Redis.from_url(redis_url()) as redis:
        window = RedisWindow(redis)
        await _count(window, Asker(None, "warm-up"), times=100)
        return {
            "one after another, admitted": await _rate(
                window, requests, at_once=1, limit=requests + 1
            ),
            "one after another, mostly refused": await _rate(
                window, requests, at_once=1, limit=LIMIT
            ),
            f"{AT_ONCE} at once, admitted": await _rate(
                window, requests, at_once=AT_ONCE, limit=requests + 1
            ),
        }


async def _rate(
    window: RedisWindow, requests: int, *, at_once: int, limit: int
) -> float:
    asker = Asker(None, f"bench-{secrets.token_hex(4)}")
    began = perf_counter()
    share = requests // at_once
    await asyncio.gather(
        *(_count(window, asker, times=share, limit=limit) for _ in range(at_once))
    )
    seconds = perf_counter() - began
    key = f"rl:{{{LimitClass.GENERAL}:{asker.key}}}"
    await window.redis.delete(key, f"{key}:refused", f"{key}:told")
    return round(share * at_once / seconds, 1)


async def _count(
    window: RedisWindow, asker: Asker, *, times: int, limit: int = LIMIT
) -> None:
    for _ in range(times):
        await window.count(asker, LimitClass.GENERAL, limit=limit, window=HOUR)
