"""The exact sliding window: a log of times in Redis, kept in one round trip."""

from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from config.vocabulary import LimitClass
from tasks.limits.schemas import Asker, Count

REPORT_EVERY = timedelta(minutes=1)
"""Refusals for the same asker and class are written down at most this often."""

MICROSECONDS = 1_000_000

_COUNT_HIT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])

local held = redis.call('LLEN', KEYS[1])
local gone, upper = 0, held
while gone < upper do
  local middle = math.floor((gone + upper) / 2)
  if tonumber(redis.call('LINDEX', KEYS[1], middle)) <= now - window then
    gone = middle + 1
  else
    upper = middle
  end
end
if gone > 0 then
  redis.call('LTRIM', KEYS[1], gone, -1)
  held = held - gone
end

if held < limit then
  if held > 0 then
    now = math.max(now, tonumber(redis.call('LINDEX', KEYS[1], -1)))
  end
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
  local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
  return {1, limit - held - 1, oldest + window - now, 0}
end

local refused, told = redis.call('INCR', KEYS[2]), 0
redis.call('PEXPIRE', KEYS[2], math.ceil(window / 1000))
if redis.call('SET', KEYS[3], '', 'NX', 'PX', ARGV[3]) then
  redis.call('DEL', KEYS[2])
  told = refused
end
local leaves_first = tonumber(redis.call('LINDEX', KEYS[1], held - limit))
return {0, 0, leaves_first + window - now, told}
"""
"""
One list a key, a time in microseconds of Redis' own clock for each request admitted.

Times are in order, so the first that still counts is found by halving. A refusal adds
nothing to the list, and so never makes the wait longer.
"""


class RedisWindow:
    """Counts the same for every process that asks the same Redis."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._count_hit = redis.register_script(_COUNT_HIT)

    async def count(
        self, asker: Asker, limit_class: LimitClass, *, limit: int, window: timedelta
    ) -> Count:
        """
        Count one request, or refuse it.

        Raises:
            RedisError: Redis does not answer.
        """
        # The braces keep all three in one slot of a cluster.
        key = f"rl:{{{limit_class}:{asker.key}}}"
        span = int(window / timedelta(microseconds=1))
        told: list[Any] = await self._count_hit(
            keys=[key, f"{key}:refused", f"{key}:told"],
            args=[limit, span, int(REPORT_EVERY / timedelta(milliseconds=1))],
        )
        admitted, remaining, wait, refused = (int(one) for one in told)
        return Count(
            is_admitted=bool(admitted),
            limit=limit,
            remaining=remaining,
            reset_seconds=max(1, -(-wait // MICROSECONDS)),
            refused=refused,
        )
