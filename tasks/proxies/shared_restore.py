"""What all workers know of proxies in Redis: read it, change it, build it anew."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis import Redis
from redis.client import Pipeline

from tasks.database import transaction
from tasks.proxies.attempt_rows import list_recorded
from tasks.proxies.rotation_replay import PastAttempt, rebuild
from tasks.proxies.rotation_state import PairState, Seen
from tasks.proxies.rotation_terms import HOUR_SECONDS, Outcome, Terms
from tasks.proxies.rotation_wire import (
    BUDGETS,
    MARK,
    RESTORING,
    keys_of,
    pack_pair,
    read_pair,
    read_pairs,
    writes_of,
)

MOST_REPLAYED = 20_000
RESTORING_SECONDS = 20
DAY_SECONDS = 86_400

_SEEN = struct.Struct("<dIB")


@dataclass(frozen=True, slots=True)
class SharedView:
    """What is known of one host, for people; times in seconds since 1970."""

    pairs: Mapping[int, PairState]
    budgets: Mapping[int, float]
    recent: Sequence[Seen]
    common_until: float
    slow_until: float


def restore_rotation(
    redis: Redis,
    terms: Terms,
    *,
    read_past: Callable[[], Sequence[PastAttempt]] | None = None,
) -> float:
    """
    Build anew what Redis forgot, from recorded attempts, unless somebody else does.

    What was under way is not recorded. So if there were attempts in the last hour,
    every budget begins as if its burst were spent: no hour can be overrun by it.

    Returns:
        The time in seconds since 1970, by the clock of Redis.

    Raises:
        RedisError: Redis does not answer.
    """
    now = redis_now(redis)
    if not redis.set(RESTORING, "", nx=True, ex=RESTORING_SECONDS):
        return now
    past = (read_past or read_recorded)()
    with redis.pipeline() as writes:
        for keys, pairs, out in writes_of(rebuild(past, terms)):
            writes.hset(keys.pairs, mapping={str(one): pairs[one] for one in pairs})
            if out:
                writes.zadd(keys.out, out)
            for key in (keys.pairs, keys.out):
                writes.expire(key, DAY_SECONDS)
        lately = any(one.at > now - HOUR_SECONDS for one in past)
        stamp = now + terms.burst_ahead + terms.budget_gap if lately else 0.0
        writes.set(MARK, repr(stamp), nx=True)
        writes.delete(RESTORING)
        writes.execute()
    return now


def read_recorded() -> list[PastAttempt]:
    """Return the latest recorded attempts."""
    with transaction() as session:
        rows = list_recorded(session, limit=MOST_REPLAYED)
    return [
        PastAttempt(
            proxy_id=one.proxy_id,
            host=one.host,
            at=one.at.timestamp(),
            outcome=Outcome(one.outcome),
            latency=(one.latency_ms or 0) / 1000,
        )
        for one in rows
    ]


def view_host(redis: Redis, host: str) -> SharedView:
    """Return what all workers know of a host, and every proxy's budget stamp."""
    keys = keys_of(host)
    with redis.pipeline(transaction=False) as reads:
        reads.hgetall(keys.pairs)
        reads.hgetall(BUDGETS)
        reads.lrange(keys.recent, 0, -1)
        reads.hmget(keys.host, "common_until", "slow_until")
        reads.get(MARK)
        pairs, budgets, recent, (common, slow), mark = reads.execute()
    least = float(mark or 0)
    return SharedView(
        pairs=read_pairs(pairs),
        budgets={int(one): max(least, float(at)) for one, at in budgets.items()},
        recent=[_read_seen(one) for one in recent],
        common_until=float(common or 0),
        slow_until=float(slow or 0),
    )


def ban_here(redis: Redis, host: str, proxy_id: int, *, until: float) -> None:
    """Put a proxy out for one host until then, because a person says so."""
    _change_pair(
        redis, host, proxy_id, lambda pair: replace(pair, until=until, half_open=True)
    )


def unban_here(redis: Redis, host: str, proxy_id: int) -> None:
    """Forget all that speaks against a proxy at one host."""
    _change_pair(
        redis,
        host,
        proxy_id,
        lambda pair: replace(PairState(), in_flight=pair.in_flight),
    )


def redis_now(redis: Redis) -> float:
    """Return the time of Redis' own clock, in seconds since 1970."""
    seconds, microseconds = redis.time()
    return float(seconds) + float(microseconds) / 1e6


def _change_pair(
    redis: Redis,
    host: str,
    proxy_id: int,
    change: Callable[[PairState], PairState],
) -> None:
    keys = keys_of(host)

    def write(pipe: Pipeline) -> None:
        kept: Any = pipe.hget(keys.pairs, str(proxy_id))
        pair = change(read_pair(kept) if kept else PairState())
        pipe.multi()
        pipe.hset(keys.pairs, str(proxy_id), pack_pair(pair))
        if pair.half_open:
            pipe.zadd(keys.out, {f"{proxy_id:010d}": pair.free_at})
        else:
            pipe.zrem(keys.out, f"{proxy_id:010d}")

    redis.transaction(write, keys.pairs)


def _read_seen(kept: bytes) -> Seen:
    at, proxy_id, succeeded = _SEEN.unpack(kept)
    return Seen(at, proxy_id, succeeded=bool(succeeded))
