"""A process that counts requests as fast as it can: address, times, then how many."""

import asyncio
import sys
from datetime import timedelta

from redis.asyncio import Redis

from config.vocabulary import LimitClass
from tasks.limits.schemas import Asker
from tasks.limits.window import RedisWindow

ASKER = Asker(None, "192.0.2.1")
LIMIT = 100


async def count_many(url: str, times: int) -> int:
    """Return how many of so many requests were admitted, after the signal to begin."""
    async with Redis.from_url(url) as redis:
        window = RedisWindow(redis)
        await redis.incr("ready")
        while not await redis.exists("begin"):  # noqa: ASYNC110 - a signal between processes
            await asyncio.sleep(0.01)
        counts = [
            await window.count(
                ASKER, LimitClass.GENERAL, limit=LIMIT, window=timedelta(hours=1)
            )
            for _ in range(times)
        ]
    return sum(count.is_admitted for count in counts)


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(count_many(sys.argv[1], int(sys.argv[2])))))
