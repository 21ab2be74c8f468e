"""What rotation promises whatever happens: properties, and a long load."""

from collections import defaultdict

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tasks.proxies.rotation import (
    DEFAULT_TERMS,
    Attempt,
    Choice,
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
from tasks.proxies.rotation_choice import find_away
from tests.unit.tasks.proxies.worlds.rules import Ours
from tests.unit.tasks.proxies.worlds.simulate import most_within, simulate
from tests.unit.tasks.proxies.worlds.world import HOUR, World, WorldPlan, chance

HOSTS = ("a.example", "b.example")
BEGAN = 1_800_000_000.0
SEEDS = st.integers(0, 2**32)
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)
"""A seed says nothing when it is made smaller, so that is not tried."""

BAD = (Outcome.PROXY, Outcome.BLOCKED, Outcome.TARGET, Outcome.OURS, Outcome.ACCOUNT)


class Load:
    """Requests without end, ended at random; remembers what was taken when."""

    def __init__(self, seed: int, proxies: int, terms: Terms, luck: float) -> None:
        self.draw = chance(seed)
        self.pool = PoolState(list(range(1, proxies + 1)))
        self.terms, self.luck, self.now = terms, luck, BEGAN
        self.under_way: list[Attempt] = []
        self.taken: dict[int, list[float]] = defaultdict(list)

    def step(self, gap: float) -> Choice | Wait:
        """Let some time pass and ask for a proxy."""
        self.now += self.draw.random() * gap
        if len(self.under_way) > self.draw.randrange(12):
            self._end(self.under_way.pop(self.draw.randrange(len(self.under_way))))
        host = self.draw.choice(HOSTS)
        exclude = self.draw.sample(
            self.pool.proxies, min(len(self.pool.proxies), self.draw.choice((0, 0, 2)))
        )
        found = choose(
            self.pool,
            host,
            now=self.now,
            exclude=exclude,
            terms=self.terms,
            draw=self.draw,
        )
        if isinstance(found, Choice):
            assert found.proxy_id not in exclude
            self.use(host, found)
        return found

    def use(self, host: str, found: Choice) -> None:
        """Take what was chosen."""
        attempt = take(self.pool, host, found, now=self.now, terms=self.terms)
        self.taken[found.proxy_id].append(self.now)
        self.under_way.append(attempt)

    def _end(self, attempt: Attempt) -> None:
        outcome = self.draw.choice(BAD)
        if self.draw.random() < self.luck:
            outcome = Outcome.SUCCESS
        retry_after = self.draw.choice((None, None, 90.0))
        ending = Ending(
            outcome,
            self.draw.random() * 9,
            retry_after if outcome is Outcome.BLOCKED else None,
        )
        record(
            self.pool,
            attempt,
            ending,
            now=self.now,
            terms=self.terms,
            draw=self.draw,
        )


@settings(max_examples=40, deadline=None, phases=QUICKLY)
@given(
    seed=SEEDS,
    proxies=st.integers(1, 30),
    budget=st.integers(2, 400),
    burst=st.integers(1, 60),
    luck=st.floats(0, 1),
)
def test_no_proxy_carries_more_than_its_budget_in_any_hour(
    seed: int, proxies: int, budget: int, burst: int, luck: float
) -> None:
    terms = change_terms(budget_per_hour=budget, burst=min(burst, budget - 1))
    load = Load(seed, proxies, terms, luck)
    gap = 3 * HOUR / budget / proxies
    for _ in range(400):
        found = load.step(gap)
        if isinstance(found, Wait) and load.draw.random() < 0.5:
            load.now = max(load.now, min(found.until, load.now + HOUR))
    for starts in load.taken.values():
        assert most_within(starts, HOUR) <= budget
        assert most_within(starts, 60.0) <= terms.most_within(60.0)


def test_a_proxy_may_carry_all_of_its_budget() -> None:
    terms = change_terms(budget_per_hour=100, burst=20)
    load = Load(1, 1, terms, luck=1.0)
    end = BEGAN + HOUR
    while load.now < end:
        found = load.step(0.0)
        if isinstance(found, Wait):
            load.now = found.until
    assert 98 <= len(load.taken[1]) <= 101
    assert most_within(load.taken[1], HOUR) <= 100


@settings(max_examples=40, deadline=None, phases=QUICKLY)
@given(
    seed=SEEDS,
    proxies=st.integers(1, 30),
    most_out=st.sampled_from([0.0, 0.3, 0.5, 0.9]),
    luck=st.sampled_from([0.0, 0.2, 0.6]),
)
def test_no_more_than_the_allowed_share_of_the_pool_is_out(
    seed: int, proxies: int, most_out: float, luck: float
) -> None:
    terms = change_terms(
        budget_per_hour=1_000_000, burst=900_000, most_out=most_out, retry_share=0.99
    )
    load = Load(seed, proxies, terms, luck)
    for step in range(150):
        load.step(5.0)
        if step % 10 == 0:
            for host in HOSTS:
                assert count_out(load, host) <= proxies * most_out


def count_out(load: Load, host: str) -> int:
    """Count the proxies that are refused although all others were tried."""
    every = load.pool.proxies
    state = load.pool.host(host)
    state.slow_until, state.retries = 0.0, 0.0  # another matter
    out = 0
    for one in every:
        found = choose(
            load.pool,
            host,
            now=load.now,
            exclude=[other for other in every if other != one],
            terms=load.terms,
            draw=load.draw,
        )
        out += isinstance(found, Wait)
    return out


@settings(max_examples=60, deadline=None, phases=QUICKLY)
@given(seed=SEEDS, proxies=st.integers(1, 12), luck=st.floats(0, 1))
def test_a_pin_never_moves_by_itself(seed: int, proxies: int, luck: float) -> None:
    load = Load(seed, proxies, change_terms(budget_per_hour=60), luck)
    pin = load.draw.choice(load.pool.proxies)
    for step in range(200):
        load.step(8.0)
        if step == 150:  # taken out of use
            load.pool.proxies = [one for one in load.pool.proxies if one != pin]
        found = choose_pinned(load.pool, HOSTS[0], pin, now=load.now, terms=load.terms)
        if isinstance(found, Choice):
            assert found.proxy_id == pin
            assert step < 150
            load.use(HOSTS[0], found)
        elif step >= 150:
            assert found.why in {WaitReason.PIN_AWAY, WaitReason.HOST_SLOWED}
        else:
            assert found.why in {
                WaitReason.PIN_BUDGET,
                WaitReason.PIN_COOLING,
                WaitReason.HOST_SLOWED,
            }
            assert found.until > load.now
    starts = load.taken[pin]
    assert most_within(starts, HOUR) <= 60


@settings(max_examples=60, deadline=None, phases=QUICKLY)
@given(
    seed=SEEDS,
    proxies=st.integers(3, 40),
    gap=st.floats(0.1, 1.5),
    looks_like=st.sets(
        st.sampled_from([Outcome.TARGET, Outcome.PROXY, Outcome.BLOCKED]), min_size=1
    ),
)
def test_an_outage_of_the_target_blames_no_proxy(
    seed: int, proxies: int, gap: float, looks_like: set[Outcome]
) -> None:
    draw = chance(seed)
    pool, now = PoolState(list(range(1, proxies + 1))), BEGAN
    terms = change_terms(budget_per_hour=100_000, burst=1_000)
    alerts = 0

    def fetch(outcomes: list[Outcome]) -> None:
        nonlocal now, alerts
        now += gap * draw.uniform(0.5, 1)
        found = choose(pool, HOSTS[0], now=now, exclude=(), terms=terms, draw=draw)
        if isinstance(found, Wait):
            assert found.why is WaitReason.HOST_SLOWED
            now = found.until
            return
        attempt = take(pool, HOSTS[0], found, now=now, terms=terms)
        ending = Ending(draw.choice(outcomes), draw.random())
        changes = record(pool, attempt, ending, now=now, terms=terms, draw=draw)
        alerts += changes.common_mode_began

    for _ in range(80):
        fetch([Outcome.SUCCESS])
    for _ in range(120):
        fetch(sorted(looks_like))
    assert alerts == 1
    for pair in pool.host(HOSTS[0]).pairs.values():
        assert pair.failures < 1e-9
        assert not pair.half_open
        assert not pair.trips
        assert pair.in_row == 0
    assert not pool.host(HOSTS[0]).out


def test_overload_breaks_no_promise() -> None:
    check_promises(WorldPlan("overload", 3.2, bans=True, seconds=HOUR), seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 12))
def test_hours_of_overload_break_no_promise(seed: int) -> None:
    check_promises(WorldPlan("overload", 3.2, bans=True, seconds=8 * HOUR), seed)


def check_promises(plan: WorldPlan, seed: int) -> None:
    world = World(plan, seed)
    rule = Ours(list(world.members), seed)
    figures = simulate(world, rule)
    assert figures.done_share >= 99.9
    assert figures.banned_share == 0
    for member in world.members.values():
        assert most_within(member.starts, HOUR) <= DEFAULT_TERMS.budget_per_hour
        assert most_within(member.starts, 60.0) <= DEFAULT_TERMS.most_within(60.0)


@settings(max_examples=60, deadline=None, phases=QUICKLY)
@given(
    until=st.dictionaries(st.integers(1, 30), st.integers(0, 9), max_size=30),
    again=st.dictionaries(st.integers(1, 30), st.integers(0, 9), max_size=9),
    proxies=st.lists(st.integers(1, 24), unique=True, min_size=1),
    most_out=st.sampled_from([0.0, 0.3, 0.5, 0.9]),
)
def test_those_that_are_free_first_are_taken_back_first(
    until: dict[int, int], again: dict[int, int], proxies: list[int], most_out: float
) -> None:
    pool = PoolState([*proxies, 25])
    out = pool.host(HOSTS[0]).out
    terms = change_terms(most_out=most_out)
    for one, free_at in until.items():
        out[one] = free_at
    assert 31 not in find_away(pool.host(HOSTS[0]), pool, 4, terms)
    for one, free_at in again.items():
        out[one] = free_at
    for one in list(again)[::2]:
        out.drop(one)
    assert out.order == sorted((free_at, one) for one, free_at in out.items())
    for pool.proxies in ([*proxies, 25], proxies):
        late = [one for at, one in out.order if at > 4 and one in pool.proxies]
        allowed = int(len(pool.proxies) * most_out)
        away = find_away(pool.host(HOSTS[0]), pool, 4, terms)
        still = set(late[max(0, len(late) - allowed) :])
        assert away.ids().intersection(pool.proxies) == still
        assert {one for one in pool.proxies if one in away} == still
