"""What choosing a proxy costs: as a pure function, and for all workers in Redis."""

import random
from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

from redis import Redis

from config.connections import redis_client
from tasks.proxies.rotation import (
    Choice,
    Ending,
    Outcome,
    PairState,
    PoolState,
    Terms,
    change_terms,
    choose,
    record,
    take,
)
from tasks.proxies.rotation_wire import MARK, PREFIX, LeasedProxy, writes_of
from tasks.proxies.shared_restore import redis_now
from tasks.proxies.shared_rotation import DirectRotation

PURE_PROXIES = 500
SHARED_PROXIES, HOSTS = 1_000, 100
TIMES = 5_000
OUT_SHARE = 0.1
BEGAN = 1_800_000_000.0
MICROSECONDS, MILLISECONDS = 1e6, 1e3
PLENTY = change_terms(budget_per_hour=1_000_000, burst=500_000)
"""Every call finds a proxy: what is measured is choosing, not being told to wait."""


def measure_rotation(times: int = TIMES) -> dict[str, float]:
    """
    Return what choosing takes, by name, units included.

    Args:
        times: How often each is done.
    """
    return {
        **_measure_pure("", times, _known_pool(1, PURE_PROXIES, now=BEGAN)),
        **_measure_pure(
            ", half of them out",
            times,
            _known_pool(1, PURE_PROXIES, now=BEGAN, out_share=0.6),
        ),
        **_measure_pure(", nearly all budgets spent", times, _spent_pool(PURE_PROXIES)),
        **_measure_shared(times),
    }


def _measure_pure(name: str, times: int, pool: PoolState) -> dict[str, float]:
    draw, host = random.Random(1), _host(0)  # noqa: S311 - the same for every run

    def ask() -> object:
        return choose(pool, host, now=BEGAN, exclude=(), terms=PLENTY, draw=draw)

    label = f"one choice among {len(pool.proxies)} proxies{name}"
    figures = _percentiles(
        label, "us", MICROSECONDS, [_time(ask) for _ in range(times)]
    )
    if not name:
        figures["choose, take and record, us (mean)"] = _measure_cycle(pool, times)
    return figures


def _measure_cycle(pool: PoolState, times: int) -> float:
    draw, host, now = random.Random(1), _host(0), BEGAN  # noqa: S311 - as above
    began = perf_counter()
    for _ in range(times):
        now += 0.01
        found = choose(pool, host, now=now, exclude=(), terms=PLENTY, draw=draw)
        if isinstance(found, Choice):
            attempt = take(pool, host, found, now=now, terms=PLENTY)
            ending = Ending(Outcome.SUCCESS, 0.5)
            record(pool, attempt, ending, now=now, terms=PLENTY, draw=draw)
    return (perf_counter() - began) / times * MICROSECONDS


def _measure_shared(times: int) -> dict[str, float]:
    redis = redis_client()
    now = redis_now(redis)
    _forget(redis)
    _fill(redis, _known_pool(HOSTS, SHARED_PROXIES, now=now))
    try:
        return _time_leases(redis, times)
    finally:
        _forget(redis)


def _time_leases(redis: Redis, times: int) -> dict[str, float]:
    draw = random.Random(1)  # noqa: S311 - as above
    rotation = DirectRotation(redis, PLENTY, restore=_restore_nothing, draw=draw)
    proxies = list(range(1, SHARED_PROXIES + 1))
    leases: list[float] = []
    returns: list[float] = []
    pings = [_time(redis.ping) for _ in range(times)]
    for place in range(times):
        began = perf_counter()
        lease = rotation.lease_proxy(proxies, _host(place % HOSTS))
        leases.append(perf_counter() - began)
        if isinstance(lease, LeasedProxy):
            outcome = Outcome.SUCCESS if draw.random() < 0.9 else Outcome.PROXY  # noqa: PLR2004 - the quality of the pool
            ending = Ending(outcome, draw.random())
            began = perf_counter()
            rotation.give_back(lease, ending)
            returns.append(perf_counter() - began)
    setting = f"{SHARED_PROXIES:,} proxies, {HOSTS} hosts"
    return {
        **_percentiles(f"lease in Redis, {setting}", "ms", MILLISECONDS, leases),
        **_percentiles(f"give back in Redis, {setting}", "ms", MILLISECONDS, returns),
        **_percentiles("an empty command in Redis", "ms", MILLISECONDS, pings),
    }


def _known_pool(
    hosts: int, proxies: int, *, now: float, out_share: float = OUT_SHARE
) -> PoolState:
    """Invent what is known of proxies that were used for a while."""
    draw = random.Random(1)  # noqa: S311 - as above
    pool = PoolState(list(range(1, proxies + 1)))
    for place in range(hosts):
        state = pool.host(_host(place))
        for proxy_id in pool.proxies:
            pair = PairState(
                successes=draw.uniform(0, 40),
                failures=draw.uniform(0, 4),
                latency=draw.uniform(0.2, 3),
                at=now - draw.uniform(0, 600),
            )
            if draw.random() < out_share:
                pair.half_open, pair.until = True, now + draw.uniform(60, 900)
                state.out[proxy_id] = pair.free_at
            state.pairs[proxy_id] = pair
    return pool


def _spent_pool(proxies: int) -> PoolState:
    pool = _known_pool(1, proxies, now=BEGAN)
    spent = BEGAN + PLENTY.burst_ahead + 60
    pool.budgets = dict.fromkeys(pool.proxies[: -proxies // 50], spent)
    return pool


def _fill(redis: Redis, pool: PoolState) -> None:
    for keys, pairs, out in writes_of(pool):
        with redis.pipeline(transaction=False) as writes:
            writes.hset(keys.pairs, mapping={str(one): pairs[one] for one in pairs})
            writes.zadd(keys.out, out)
            writes.execute()
    redis.set(MARK, "0")


def _forget(redis: Redis) -> None:
    for key in redis.scan_iter(f"{PREFIX}*", count=1_000):
        redis.delete(key)


def _restore_nothing(redis: Redis, _terms: Terms) -> float:
    return redis_now(redis)


def _host(place: int) -> str:
    return f"bench-{place}.example"


def _time(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _percentiles(
    name: str, unit: str, factor: float, seconds: list[float]
) -> dict[str, float]:
    cuts = quantiles(seconds, n=100)
    return {
        f"{name}, {unit} (median)": round(cuts[49] * factor, 3),
        f"{name}, {unit} (p99)": round(cuts[98] * factor, 3),
    }
