"""The same rotation for all workers, on a real Redis."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from config.connections import redis_client, redis_url
from tasks.proxies.rotation import (
    Attempt,
    Ending,
    Outcome,
    PoolState,
    Terms,
    Wait,
    WaitReason,
    change_terms,
    choose,
    choose_pinned,
    record,
    take,
)
from tasks.proxies.rotation_replay import PastAttempt
from tasks.proxies.rotation_wire import (
    MARK,
    LeasedProxy,
    give_back_call,
    lease_call,
    read_changes,
    read_lease,
    script,
)
from tasks.proxies.shared_restore import (
    ban_here,
    redis_now,
    restore_rotation,
    unban_here,
    view_host,
)
from tasks.proxies.shared_rotation import DirectRotation, SharedRotation
from tests.unit.tasks.proxies.worlds.world import chance

HOST = "pages.example"
BEGAN = 1_800_000_000.0
ENDINGS = (
    (Outcome.SUCCESS, None),
    (Outcome.SUCCESS, None),
    (Outcome.SUCCESS, None),
    (Outcome.PROXY, None),
    (Outcome.TARGET, None),
    (Outcome.BLOCKED, None),
    (Outcome.BLOCKED, 40.0),
    (Outcome.OURS, None),
    (Outcome.ACCOUNT, None),
)


@pytest.fixture
def redis(database: str) -> Iterator[Redis]:
    assert database
    client = redis_client()
    client.set(MARK, "0")
    yield client
    client.flushdb()


class Both:
    """Asks the pure rule and the scripts in Redis the same, and compares."""

    def __init__(self, redis: Redis, terms: Terms, proxies: list[int]) -> None:
        redis.flushdb()
        redis.set(MARK, "0")
        self.terms, self.pool, self.now = terms, PoolState(proxies), BEGAN
        self.under_way: list[tuple[Attempt, LeasedProxy]] = []
        self._lease: Callable[..., Any] = redis.register_script(script("lease"))
        self._give: Callable[..., Any] = redis.register_script(script("give_back"))

    def lease(self, seed: int, exclude: list[int], pin: int | None) -> None:
        """Ask both for a proxy."""
        pool, terms, now = self.pool, self.terms, self.now
        if pin is None:
            told = choose(
                pool,
                HOST,
                now=now,
                exclude=exclude,
                terms=terms,
                draw=chance(seed),
            )
        else:
            told = choose_pinned(pool, HOST, pin, now=now, terms=terms)
        keys, args = lease_call(
            pool.proxies,
            HOST,
            exclude=exclude,
            pin=pin,
            terms=terms,
            draw=chance(seed),
        )
        args[1] = repr(now)
        found = read_lease(self._lease(keys, args), HOST)
        if isinstance(told, Wait):
            assert isinstance(found, Wait)
            assert found.why is told.why
            assert found.until == pytest.approx(told.until, abs=1e-6)
            return
        assert isinstance(found, LeasedProxy)
        assert found.proxy_id == told.proxy_id
        assert found.trial == told.trial
        assert found.why["score"] == pytest.approx(told.score)
        assert found.why["parts"] == pytest.approx(told.parts)
        assert [one["proxy_id"] for one in found.why["candidates"]] == [
            one for one, _ in told.candidates
        ]
        attempt = take(pool, HOST, told, now=now, terms=terms, is_retry=bool(exclude))
        self.under_way.append((attempt, found))

    def give_back(self, place: int, ending: Ending, seed: int) -> None:
        """Have both record how one of those under way ended."""
        attempt, lease = self.under_way.pop(place % len(self.under_way))
        told = record(
            self.pool,
            attempt,
            ending,
            now=self.now,
            terms=self.terms,
            draw=chance(seed),
        )
        keys, args = give_back_call(lease, ending, terms=self.terms, draw=chance(seed))
        args[1] = repr(self.now)
        found = read_changes(self._give(keys, args))
        assert replace(found, out_until=None) == replace(told, out_until=None)
        assert found.out_until == pytest.approx(told.out_until)

    def compare(self, redis: Redis) -> None:
        """Compare all that both remember."""
        seen, known = view_host(redis, HOST), self.pool.host(HOST)
        assert seen.pairs.keys() == known.pairs.keys()
        for one, pair in known.pairs.items():
            for name in type(pair).__slots__:
                assert getattr(seen.pairs[one], name) == pytest.approx(
                    getattr(pair, name)
                ), (one, name)
        assert list(seen.recent) == list(known.recent)
        assert seen.budgets == pytest.approx(self.pool.budgets)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([1, 2, 5, 16, 17, 24, 60]),
    budget=st.sampled_from([20, 720, 100_000]),
    luck=st.sampled_from([0.0, 0.5, 0.9]),
    gap=st.sampled_from([0.05, 1.0, 10.0]),
    outage=st.booleans(),
)
def test_redis_decides_as_the_pure_rule_does(  # noqa: PLR0913 - one argument a dimension
    redis: Redis,
    seed: int,
    size: int,
    budget: int,
    luck: float,
    gap: float,
    *,
    outage: bool,
) -> None:
    draw = chance(seed)
    terms = change_terms(
        budget_per_hour=budget, trial_share=0.3, lease_lifetime=1e6, retry_share=0.3
    )
    both = Both(redis, terms, sorted(draw.sample(range(1, 1000), size)))
    for step in range(160):
        both.now += draw.random() * gap
        if both.under_way and draw.random() < 0.5:
            outcome, retry_after = draw.choice(ENDINGS)
            if draw.random() < luck:
                outcome, retry_after = Outcome.SUCCESS, None
            if outage and 60 <= step < 120:
                outcome = draw.choice((Outcome.PROXY, Outcome.TARGET, Outcome.BLOCKED))
            ending = Ending(outcome, draw.random() * 4, retry_after)
            both.give_back(draw.randrange(9), ending, draw.getrandbits(32))
        else:
            some = draw.sample(both.pool.proxies, min(size, draw.choice((0, 0, 1, 3))))
            pin = draw.choice(both.pool.proxies) if draw.random() < 0.1 else None
            both.lease(draw.getrandbits(32), [] if pin else some, pin)
    both.compare(redis)


def no_restore(_redis: Redis, _terms: Terms) -> float:
    raise AssertionError("nothing was forgotten")


def direct(redis: Redis, **changes: float) -> DirectRotation:
    return DirectRotation(redis, change_terms(**changes), restore=no_restore)


def test_a_lease_takes_one_command_and_giving_back_another(redis: Redis) -> None:
    rotation = direct(redis)
    first = rotation.lease_proxy([1, 2, 3], HOST)  # loads the script
    assert isinstance(first, LeasedProxy)
    rotation.give_back(first, Ending(Outcome.SUCCESS, 0.2))

    before = redis.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]
    lease = rotation.lease_proxy([1, 2, 3], HOST)
    assert isinstance(lease, LeasedProxy)
    rotation.give_back(lease, Ending(Outcome.SUCCESS, 0.2))
    after = redis.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert after - before == 2


def test_many_workers_together_keep_every_budget(redis: Redis) -> None:
    proxies, budget = list(range(1, 9)), 40

    def work(_: int) -> list[int]:
        rotation = direct(redis, budget_per_hour=budget, burst=10)
        taken: list[int] = []
        while isinstance(lease := rotation.lease_proxy(proxies, HOST), LeasedProxy):
            taken.append(lease.proxy_id)
            rotation.give_back(lease, Ending(Outcome.SUCCESS, 0.01))
        assert lease.why is WaitReason.BUDGET
        return taken

    with ThreadPoolExecutor(8) as workers:
        taken = [one for part in workers.map(work, range(8)) for one in part]
    assert {one: taken.count(one) for one in proxies} == dict.fromkeys(proxies, 10)


def test_a_lease_of_a_worker_that_is_gone_ends_by_itself(redis: Redis) -> None:
    gone = direct(redis, lease_lifetime=0.001)
    assert isinstance(gone.lease_proxy([7], HOST), LeasedProxy)
    assert view_host(redis, HOST).pairs[7].in_flight == 1
    end = redis_now(redis) + 0.01
    while redis_now(redis) < end:
        Event().wait(0.005)
    assert isinstance(direct(redis).lease_proxy([7], HOST), LeasedProxy)
    assert view_host(redis, HOST).pairs[7].in_flight == 1


def test_a_lease_given_back_too_late_still_counts_once(redis: Redis) -> None:
    rotation = direct(redis)
    lease = rotation.lease_proxy([7], HOST)
    assert isinstance(lease, LeasedProxy)
    rotation.give_back(lease, Ending(Outcome.SUCCESS, 0.1))
    rotation.give_back(lease, Ending(Outcome.SUCCESS, 0.1))
    assert view_host(redis, HOST).pairs[7].in_flight == 0


def test_a_pin_waits_for_its_proxy_and_gets_no_other(redis: Redis) -> None:
    rotation = direct(redis)
    ban_here(redis, HOST, 2, until=redis_now(redis) + 60)
    told = rotation.lease_proxy([1, 2, 3], HOST, pin=2)
    assert isinstance(told, Wait)
    assert told.why is WaitReason.PIN_COOLING
    unban_here(redis, HOST, 2)
    lease = rotation.lease_proxy([1, 2, 3], HOST, pin=2)
    assert isinstance(lease, LeasedProxy)
    assert lease.proxy_id == 2
    gone = rotation.lease_proxy([1, 3], HOST, pin=2)
    assert isinstance(gone, Wait)
    assert gone.why is WaitReason.PIN_AWAY


def test_what_redis_forgot_is_built_from_recorded_attempts(redis: Redis) -> None:
    redis.flushdb()
    now = redis_now(redis)
    past = [
        PastAttempt(1, HOST, now - 200 + place, outcome, 0.3)
        for place, outcome in enumerate([Outcome.PROXY] * 3)
    ] + [PastAttempt(2, HOST, now - 100, Outcome.SUCCESS, 0.3)]
    reads = []

    def restore(client: Redis, terms: Terms) -> float:
        def read() -> list[PastAttempt]:
            reads.append(1)
            return past

        return restore_rotation(client, terms, read_past=read)

    rotation = DirectRotation(redis, change_terms(), restore=restore)
    told = rotation.lease_proxy([1, 2], HOST)
    assert isinstance(told, Wait)  # what was under way is unknown: the burst is spent
    assert told.why is WaitReason.BUDGET
    assert told.until - now == pytest.approx(rotation.terms.budget_gap, abs=1)
    seen = view_host(redis, HOST)
    assert seen.pairs[1].half_open
    assert seen.pairs[1].trips == 1
    assert seen.pairs[2].successes == pytest.approx(1, abs=0.01)
    rotation.lease_proxy([1, 2], HOST)
    assert reads == [1]


def test_a_fresh_pool_does_not_wait(redis: Redis) -> None:
    redis.flushdb()

    def restore(client: Redis, terms: Terms) -> float:
        return restore_rotation(client, terms, read_past=list)

    rotation = DirectRotation(redis, change_terms(), restore=restore)
    assert isinstance(rotation.lease_proxy([1, 2], HOST), LeasedProxy)


def test_tasks_of_an_event_loop_lease_the_same_way(redis: Redis) -> None:
    async def work() -> list[int]:
        async with AsyncRedis.from_url(redis_url()) as client:
            rotation = SharedRotation(client, change_terms(), restore=no_restore)

            async def one() -> int:
                lease = await rotation.lease_proxy(range(1, 25), HOST)
                assert isinstance(lease, LeasedProxy)
                await rotation.give_back(lease, Ending(Outcome.SUCCESS, 0.1))
                return lease.proxy_id

            return await asyncio.gather(*(one() for _ in range(40)))

    assert len(set(asyncio.run(work()))) > 8
    assert sum(one.in_flight for one in view_host(redis, HOST).pairs.values()) == 0


def test_why_a_proxy_was_taken_can_be_read_back(redis: Redis) -> None:
    lease = direct(redis).lease_proxy(range(1, 25), HOST)
    assert isinstance(lease, LeasedProxy)
    best = min(lease.why["candidates"], key=lambda one: one["score"])
    assert best["proxy_id"] == lease.proxy_id
    parts = lease.why["parts"]
    assert lease.why["score"] == pytest.approx(parts["waiting"] + parts["failure_cost"])
