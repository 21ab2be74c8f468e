"""A million requests, and what rotation promises of each of them."""

from collections import deque
from itertools import pairwise

import pytest

from tasks.proxies.rotation import (
    DEFAULT_TERMS,
    Attempt,
    Choice,
    Ending,
    Outcome,
    PoolState,
    Wait,
    WaitReason,
    choose,
    choose_pinned,
    record,
    take,
)
from tasks.proxies.rotation_choice import find_away
from tests.unit.tasks.proxies.worlds.simulate import most_within
from tests.unit.tasks.proxies.worlds.world import HOUR, MINUTE, chance

HOST = "a.example"
BEGAN = 1_800_000_000.0
A_SEED = 100_000
OUTAGE = (20 * MINUTE, 24 * MINUTE)
"""Within every hour, all requests to the host fail, whatever the proxy."""

AT_ONCE = 4
OVERLOADED = 0.1
EVERY_PIN, EVERY_LOOK = 40, 50
FAILURES = (Outcome.PROXY, Outcome.BLOCKED, Outcome.OURS, Outcome.ACCOUNT)


class Load:
    """More requests than the budgets allow, through proxies of all qualities."""

    def __init__(self, seed: int) -> None:
        self.draw = chance(seed)
        size = self.draw.choice((8, 20, 24, 30))
        self.pool = PoolState(list(range(1, size + 1)))
        self.luck = {
            one: self.draw.choice((0.99, 0.96, 0.7)) for one in self.pool.proxies
        }
        self.pin = self.draw.choice(self.pool.proxies)
        self.gap = 1 / (0.75 * size * DEFAULT_TERMS.budget_per_hour / HOUR)
        self.now = BEGAN
        self.starts: dict[int, list[float]] = {one: [] for one in self.pool.proxies}
        self.under_way: deque[Attempt] = deque()
        self.told_at = 0.0
        """When the outage that lasts was noticed; 0 without one."""

        self.outages: list[float] = []
        self.alerts: list[float] = []

    def carry(self, attempts: int) -> None:
        """Carry so many requests, the first of them faster than the budgets allow."""
        for place in range(attempts):
            self.now += (
                self.draw.random()
                * 2
                * (self.gap if place > OVERLOADED * attempts else self.gap / 2)
            )
            found = self.ask_pinned() if place % EVERY_PIN == 0 else self.ask()
            if isinstance(found, Choice):
                self.begin(found)
            if len(self.under_way) > AT_ONCE:
                self.end(self.under_way.popleft())
            if place % EVERY_LOOK == 0:
                self.look()

    def ask(self) -> Choice:
        """Wait as long as one has to, and choose."""
        while True:
            found = choose(
                self.pool,
                HOST,
                now=self.now,
                exclude=(),
                terms=DEFAULT_TERMS,
                draw=self.draw,
            )
            if isinstance(found, Choice):
                return found
            assert found.why is not WaitReason.ALL_TRIED
            assert found.until > self.now
            self.now = found.until

    def ask_pinned(self) -> Choice | Wait:
        """Ask for the pinned proxy; it comes or one waits."""
        found = choose_pinned(
            self.pool, HOST, self.pin, now=self.now, terms=DEFAULT_TERMS
        )
        if isinstance(found, Choice):
            assert found.proxy_id == self.pin
        else:
            assert found.until > self.now
        return found

    def begin(self, choice: Choice) -> None:
        """Begin a request."""
        self.starts[choice.proxy_id].append(self.now)
        self.under_way.append(
            take(self.pool, HOST, choice, now=self.now, terms=DEFAULT_TERMS)
        )

    def end(self, attempt: Attempt) -> None:
        """End a request, as the host and the proxy are now."""
        is_down = OUTAGE[0] <= (self.now - BEGAN) % HOUR < OUTAGE[1]
        if is_down and not self.down_before():
            self.outages.append(self.now)
        if not is_down:
            self.told_at = 0.0
        outcome = self._outcome(attempt.proxy_id, is_down=is_down)
        changes = record(
            self.pool,
            attempt,
            Ending(outcome, self.draw.random() * 3),
            now=self.now,
            terms=DEFAULT_TERMS,
            draw=self.draw,
        )
        if changes.common_mode_began:
            self.alerts.append(self.now)
            self.told_at = self.now
        if is_down and self.told_at:
            assert not changes.blamed, "an outage of the target blames no proxy"

    def down_before(self) -> bool:
        """Whether this outage was noted before."""
        return bool(self.outages) and self.now - self.outages[-1] < HOUR / 2

    def look(self) -> None:
        """Assert that no more than half of the pool is out."""
        away = find_away(self.pool.host(HOST), self.pool, self.now, DEFAULT_TERMS)
        assert len(away.ids()) <= len(self.pool.proxies) * DEFAULT_TERMS.most_out

    def _outcome(self, proxy_id: int, *, is_down: bool) -> Outcome:
        if is_down:
            return self.draw.choice((Outcome.TARGET, Outcome.PROXY))
        if self.draw.random() < self.luck[proxy_id]:
            return Outcome.SUCCESS
        return self.draw.choice(FAILURES)


def check(seed: int, attempts: int) -> None:
    load = Load(seed)
    load.carry(attempts)
    assert sum(map(len, load.starts.values())) > 0.95 * attempts
    for starts in load.starts.values():
        assert most_within(starts, HOUR) <= DEFAULT_TERMS.budget_per_hour
        assert most_within(starts, MINUTE) <= DEFAULT_TERMS.most_within(MINUTE)
        assert all(one <= other for one, other in pairwise(starts))
    for began in load.outages[:-1]:  # the last may have just begun
        assert any(began <= at < began + MINUTE for at in load.alerts)


@pytest.mark.parametrize("seed", range(1, 11))
def test_a_million_requests_break_no_promise(seed: int) -> None:
    check(seed, A_SEED)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(11, 31))
def test_ten_million_requests_break_no_promise(seed: int) -> None:
    check(seed, 5 * A_SEED)
