"""Rules of rotation: ours, and those of others written from their descriptions."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from typing_extensions import override

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
    choose,
    record,
    take,
)
from tests.unit.tasks.proxies.worlds.world import chance

HOST = "pages.example"


class Rule(ABC):
    """Chooses proxies and hears how they fared."""

    def __init__(self, proxies: Sequence[int], seed: int) -> None:
        self.proxies = list(proxies)
        self.draw = chance(seed)

    @abstractmethod
    def start(
        self, now: float, exclude: Collection[int]
    ) -> tuple[int, Attempt | None] | Wait:
        """Return a proxy that is under way now, or how long to wait."""

    @abstractmethod
    def end(
        self, proxy_id: int, attempt: Attempt | None, ending: Ending, now: float
    ) -> None:
        """Hear how it ended."""


class Picking(Rule):
    """A rule of others: picks one of those that may go, with no budget of its own."""

    @override
    def start(
        self, now: float, exclude: Collection[int]
    ) -> tuple[int, Attempt | None] | Wait:
        fit = [one for one in self.proxies if one not in exclude]
        return self.pick(fit, now), None

    @override
    def end(
        self, proxy_id: int, attempt: Attempt | None, ending: Ending, now: float
    ) -> None:
        good = ending.outcome is Outcome.SUCCESS
        self.hear(proxy_id, ending.latency, now, good=good)

    @abstractmethod
    def pick(self, fit: list[int], now: float) -> int:
        """Return one of the proxies that may go; there is one at least."""

    def hear(self, proxy_id: int, latency: float, now: float, *, good: bool) -> None:
        """Hear how a proxy fared."""


class RoundRobin(Picking):
    """One after another, as Crawlee and (least recently used) Scrapoxy do."""

    def __init__(self, proxies: Sequence[int], seed: int) -> None:
        super().__init__(proxies, seed)
        self.used = dict.fromkeys(self.proxies, 0)
        self.turn = 0

    @override
    def pick(self, fit: list[int], now: float) -> int:
        self.turn += 1
        found = min(fit, key=lambda one: self.used[one])
        self.used[found] = self.turn
        return found


class DeadWithBackOff(Picking):
    """Random; a failure takes one out for long, as scrapy-rotating-proxies does."""

    def __init__(self, proxies: Sequence[int], seed: int) -> None:
        super().__init__(proxies, seed)
        self.until = dict.fromkeys(self.proxies, 0.0)
        self.failed = dict.fromkeys(self.proxies, 0)

    @override
    def pick(self, fit: list[int], now: float) -> int:
        good = [one for one in fit if self.until[one] <= now]
        if not good:  # all are declared unchecked
            self.until = dict.fromkeys(self.proxies, 0.0)
            good = fit
        return self.draw.choice(good)

    @override
    def hear(self, proxy_id: int, latency: float, now: float, *, good: bool) -> None:
        if good:
            self.failed[proxy_id] = 0
            self.until[proxy_id] = 0.0
            return
        longest = min(3600.0, 300.0 * 2.0 ** min(10, self.failed[proxy_id]))
        self.failed[proxy_id] += 1
        self.until[proxy_id] = now + self.draw.uniform(0, longest)


class LowestMeanTime(Picking):
    """The fastest on average; newcomers first, the bad ones leave: ProxyBroker2."""

    def __init__(self, proxies: Sequence[int], seed: int) -> None:
        super().__init__(proxies, seed)
        self._begin()

    def _begin(self) -> None:
        self.requests = dict.fromkeys(self.proxies, 0)
        self.errors = dict.fromkeys(self.proxies, 0)
        self.seconds = dict.fromkeys(self.proxies, 0.0)
        self.left: set[int] = set()

    @override
    def pick(self, fit: list[int], now: float) -> int:
        if len(self.left) == len(self.proxies):
            self._begin()  # it finds new ones
        here = [one for one in fit if one not in self.left] or fit
        return min(here, key=self._rank)

    def _rank(self, one: int) -> tuple[bool, float]:
        requests = self.requests[one]
        return requests >= 5, self.seconds[one] / max(1, requests)

    @override
    def hear(self, proxy_id: int, latency: float, now: float, *, good: bool) -> None:
        self.requests[proxy_id] += 1
        self.errors[proxy_id] += not good
        self.seconds[proxy_id] += latency
        requests = self.requests[proxy_id]
        if requests >= 5 and (
            self.errors[proxy_id] > requests / 2
            or self.seconds[proxy_id] > 8 * requests
        ):
            self.left.add(proxy_id)


class LatencyWithBreaker(Picking):
    """Random by 1 / latency; five failures in 60 s open for 30 s: ProxyWhirl's best."""

    def __init__(self, proxies: Sequence[int], seed: int) -> None:
        super().__init__(proxies, seed)
        self.latency = dict.fromkeys(self.proxies, 0.0)
        self.requests = dict.fromkeys(self.proxies, 0)
        self.failures: dict[int, list[float]] = {one: [] for one in self.proxies}
        self.until = dict.fromkeys(self.proxies, 0.0)
        self.open = dict.fromkeys(self.proxies, False)

    @override
    def pick(self, fit: list[int], now: float) -> int:
        good = [one for one in fit if self.until[one] <= now] or fit
        new = [one for one in good if self.requests[one] < 5]
        if new:
            found = self.draw.choice(new)
        else:
            weights = [1 / max(0.001, self.latency[one]) for one in good]
            found = self.draw.choices(good, weights)[0]
        if self.open[found]:  # one trial
            self.until[found] = now + 30.0
        return found

    @override
    def hear(self, proxy_id: int, latency: float, now: float, *, good: bool) -> None:
        self.requests[proxy_id] += 1
        if good:
            before = self.latency[proxy_id] or latency
            self.latency[proxy_id] = before + 0.2 * (latency - before)
            if self.open[proxy_id]:
                self.open[proxy_id], self.until[proxy_id] = False, 0.0
            return
        failures = self.failures[proxy_id]
        failures.append(now)
        failures[:] = [one for one in failures if one > now - 60]
        if self.open[proxy_id] or len(failures) >= 5:
            self.open[proxy_id], self.until[proxy_id] = True, now + 30.0
            failures.clear()


class Gated(Picking):
    """Another's rule behind our budget, to see what the budget alone does."""

    def __init__(self, rule: Picking, terms: Terms = DEFAULT_TERMS) -> None:
        super().__init__(rule.proxies, 0)
        self.rule, self.terms = rule, terms
        self.stamps = dict.fromkeys(self.proxies, 0.0)

    @override
    def start(
        self, now: float, exclude: Collection[int]
    ) -> tuple[int, Attempt | None] | Wait:
        ahead = self.terms.burst_ahead
        free = [one for one in self.proxies if one not in exclude]
        fit = [one for one in free if self.stamps[one] - ahead <= now]
        if not fit:
            first = min(self.stamps[one] for one in free) - ahead
            return Wait(first, WaitReason.BUDGET)
        found = self.pick(fit, now)
        self.stamps[found] = max(now, self.stamps[found]) + self.terms.budget_gap
        return found, None

    @override
    def pick(self, fit: list[int], now: float) -> int:
        return self.rule.pick(fit, now)

    @override
    def hear(self, proxy_id: int, latency: float, now: float, *, good: bool) -> None:
        self.rule.hear(proxy_id, latency, now, good=good)


class Ours(Rule):
    """The rule of Muster, as its workers use it."""

    def __init__(
        self, proxies: Sequence[int], seed: int, terms: Terms = DEFAULT_TERMS
    ) -> None:
        super().__init__(proxies, seed)
        self.pool, self.terms = PoolState(self.proxies), terms
        self.choices = 0
        self.most_out = 0
        self.alerts: list[float] = []
        self.blamed: list[tuple[float, int]] = []

    @override
    def start(
        self, now: float, exclude: Collection[int]
    ) -> tuple[int, Attempt | None] | Wait:
        terms = self.terms
        found = choose(
            self.pool, HOST, now=now, exclude=exclude, terms=terms, draw=self.draw
        )
        if isinstance(found, Wait):
            return found
        self.choices += 1
        return found.proxy_id, self.use(found, now, is_retry=bool(exclude))

    def use(self, choice: Choice, now: float, *, is_retry: bool) -> Attempt:
        """Count the chosen proxy as under way."""
        return take(
            self.pool, HOST, choice, now=now, terms=self.terms, is_retry=is_retry
        )

    @override
    def end(
        self, proxy_id: int, attempt: Attempt | None, ending: Ending, now: float
    ) -> None:
        assert attempt is not None
        changes = record(
            self.pool, attempt, ending, now=now, terms=self.terms, draw=self.draw
        )
        if changes.common_mode_began:
            self.alerts.append(now)
        if changes.blamed:
            self.blamed.append((now, proxy_id))


def rules(proxies: Sequence[int], seed: int) -> dict[str, Rule]:
    """Return ours and the others', by name."""
    return {
        "ours": Ours(proxies, seed),
        "round robin": RoundRobin(proxies, seed),
        "dead with back-off": DeadWithBackOff(proxies, seed),
        "lowest mean time": LowestMeanTime(proxies, seed),
        "latency with breaker": LatencyWithBreaker(proxies, seed),
    }


def gated_rules(proxies: Sequence[int], seed: int) -> dict[str, Rule]:
    """Return the others' rules behind our budget."""
    return {
        f"{name}, gated": Gated(rule)
        for name, rule in rules(proxies, seed).items()
        if isinstance(rule, Picking)
    }
