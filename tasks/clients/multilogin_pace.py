"""How often Multilogin X is asked: a bucket all workers share, and pauses to repeat."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

from redis.asyncio import Redis

from tasks.clients.multilogin_envelope import Host
from tasks.clients.multilogin_errors import (
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginUnreachableError,
)
from tasks.clients.multilogin_keys import redis_failures_named

FIRST_WAIT_SECONDS = 0.5
LONGEST_STEP_SECONDS = 8.0
PASSING = frozenset(
    (
        None,  # no answer at all
        HTTPStatus.NOT_IMPLEMENTED,  # the cloud answers so now and then, and then works
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
)
_MINUTE_SECONDS = 60
_MICROSECONDS = 1_000_000

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local step, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + step
local wait = math.max(0, full_at - burst * step - now)
if wait > longest then return {0, wait} end
local lifetime = math.ceil((full_at - now) / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', lifetime)
return {1, wait}
"""
"""
A token bucket as one number: the moment at which it will be full again.

Who finds it empty books the next token and is told how long to wait for it, so nobody
asks twice and all come in their order. Source: the generic cell rate algorithm, ITU-T
I.371, annex A, virtual scheduling.
"""


class BucketTerms(NamedTuple):
    """How many at once, and how long until there is one more."""

    burst: int
    step: timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is repeated, and how long that may take."""

    tries: int
    longest_wait: timedelta


def bucket_terms(per_minute: int) -> BucketTerms:
    """
    Return the terms by which no window of 60 s holds more than `per_minute` requests.

    A full bucket and a minute of filling together make the limit: a fifth may come at
    once, four fifths are filled in over the minute.
    """
    burst = max(1, per_minute // 5)
    return BucketTerms(burst, timedelta(seconds=60) / max(1, per_minute - burst))


def wait_before_repeat(
    failure: MultiLoginError,
    *,
    tries_made: int,
    host: Host,
    now: datetime,
    chance: float,
) -> float | None:
    """
    Return the seconds to wait before a harmless request is repeated, or None: never.

    An agent that keeps silent is not asked again: its time to answer is minutes.

    Args:
        failure: What the last try ended with.
        tries_made: Tries so far, 1 or more.
        host: The proxy host counts by the second, the cloud by the minute.
        now: The present moment.
        chance: Evenly from 0 to 1, so that workers do not come back all at once.
    """
    if isinstance(failure, MultiLoginBusyError):
        return wait_when_busy(failure, host=host, now=now) + chance
    passes = isinstance(failure, MultiLoginUnreachableError)
    is_silent_agent = host is Host.LAUNCHER and failure.http_status is None
    if not passes or is_silent_agent or failure.http_status not in PASSING:
        return None
    step = min(LONGEST_STEP_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** (tries_made - 1))
    return step * (0.5 + chance / 2)


def wait_when_busy(failure: MultiLoginBusyError, *, host: Host, now: datetime) -> float:
    """Return the seconds it asked us to wait, else those to its next window."""
    if failure.retry_after_seconds is not None:
        return failure.retry_after_seconds
    if host is Host.PROXY:
        return 1.0
    return float(_MINUTE_SECONDS - now.second)


class RequestBucket:
    """The same for every process that asks the same Redis."""

    def __init__(
        self, redis: Redis, key: str, *, per_minute: int, longest_wait: timedelta
    ) -> None:
        self._key, self._longest = key, longest_wait
        self._terms = bucket_terms(per_minute)
        self._take = redis.register_script(_TAKE)

    async def take(self) -> None:
        """
        Wait for our turn.

        Raises:
            MultiLoginBusyError: It is farther away than we wait; nothing was booked.
            SharedStateAwayError: Redis does not answer.
        """
        microsecond = timedelta(microseconds=1)
        step = self._terms.step // microsecond
        longest = self._longest // microsecond
        with redis_failures_named():
            told: Any = await self._take(
                keys=[self._key], args=[step, self._terms.burst, longest]
            )
        is_ours, wait = bool(told[0]), int(told[1]) / _MICROSECONDS
        if not is_ours:
            raise MultiLoginBusyError(
                "too many requests of ours to Multilogin X are waiting; try again in "
                f"{wait:.0f} s",
                retry_after_seconds=wait,
            )
        if wait:
            await asyncio.sleep(wait)
