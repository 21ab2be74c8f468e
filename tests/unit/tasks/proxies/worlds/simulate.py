"""Run a world under a rule, event by event, and say how it went."""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tasks.proxies.rotation import Attempt, Ending, Outcome, Wait
from tests.unit.tasks.proxies.worlds.rules import Rule
from tests.unit.tasks.proxies.worlds.world import World

MOST_TRIES = 4


@dataclass
class Item:
    """One page to be fetched."""

    arrived: float
    tried: list[int] = field(default_factory=list)


@dataclass
class Figures:
    """How a run went."""

    items: int = 0
    first_tries: int = 0
    first_good: int = 0
    done: int = 0
    attempts: int = 0
    seconds: list[float] = field(default_factory=list)
    first_by_time: list[tuple[float, bool]] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)
    banned_share: float = 0.0

    @property
    def first_try(self) -> float:
        """Return the share of items that succeeded at the first try, in percent."""
        return 100 * self.first_good / max(1, self.first_tries)

    @property
    def done_share(self) -> float:
        """Return the share of items that were done, in percent."""
        return 100 * self.done / max(1, self.items)

    def percentile(self, share: float) -> float:
        """Return the time to be done that so many items stay below."""
        ordered = sorted(self.seconds)
        return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0

    @property
    def gini(self) -> float:
        """Return how uneven the load was: 0 even, 1 all on one proxy."""
        loads, total = sorted(self.loads), sum(self.loads)
        size = len(loads)
        ranked = sum(rank * load for rank, load in enumerate(loads, 1))
        return 2 * ranked / (size * total) - (size + 1) / size if total else 0.0


def simulate(world: World, rule: Rule) -> Figures:
    """Let items arrive for as long as the plan says, and wait until all have ended."""
    return _Run(world, rule).run()


class _Run:
    def __init__(self, world: World, rule: Rule) -> None:
        self.world, self.rule = world, rule
        self.figures = Figures()
        self.heap: list[tuple[float, int, str, Any]] = []
        self.order = count()
        self.waiting: deque[Item] = deque()
        self.wakes_at = 0.0

    def run(self) -> Figures:
        self._arrive(0.0)
        while self.heap:
            now, _, kind, what = heapq.heappop(self.heap)
            if kind == "arrive":
                self._arrive(now)
                self._start(Item(now), now)
            elif kind == "end":
                self._end(*what, now)
            elif kind == "again":
                self._start(what, now)
            else:
                self._wake(now)
        members = self.world.members.values()
        plan = self.world.plan
        self.figures.loads = [len(one.starts) for one in members]
        banned = sum(one.banned_seconds for one in members)
        self.figures.banned_share = 100 * banned / (plan.seconds * len(members))
        return self.figures

    def _push(self, at: float, kind: str, what: Any = None) -> None:
        heapq.heappush(self.heap, (at, next(self.order), kind, what))

    def _arrive(self, now: float) -> None:
        plan = self.world.plan
        at = now + self.world.draw.expovariate(plan.items_per_second)
        if at < plan.seconds:
            self.figures.items += 1
            self._push(at, "arrive")

    def _start(self, item: Item, now: float) -> None:
        has_to_queue = bool(self.waiting) and not item.tried
        if has_to_queue or not self._try(item, now):
            self.waiting.append(item)

    def _try(self, item: Item, now: float) -> bool:
        found = self.rule.start(now, item.tried)
        if isinstance(found, Wait):
            if item.tried:  # back to its queue, others go on
                self._push(max(found.until, now + 0.01), "again", item)
                return True
            if not now < self.wakes_at <= found.until:
                self.wakes_at = max(found.until, now + 0.01)
                self._push(self.wakes_at, "wake")
            return False
        proxy_id, attempt = found
        outcome, latency = self.world.attempt(proxy_id, now)
        self.figures.attempts += 1
        self._push(now + latency, "end", (item, proxy_id, attempt, outcome, latency))
        return True

    def _wake(self, now: float) -> None:
        while self.waiting and self._try(self.waiting[0], now):
            self.waiting.popleft()

    def _end(
        self,
        item: Item,
        proxy_id: int,
        attempt: Attempt | None,
        outcome: Outcome,
        latency: float,
        now: float,
    ) -> None:
        self.rule.end(proxy_id, attempt, Ending(outcome, latency), now)
        good, figures = outcome is Outcome.SUCCESS, self.figures
        if not item.tried:
            figures.first_tries += 1
            figures.first_good += good
            figures.first_by_time.append((now, good))
        if good:
            figures.done += 1
            figures.seconds.append(now - item.arrived)
            return
        item.tried.append(proxy_id)
        if len(item.tried) < MOST_TRIES:
            self._start(item, now)


def most_within(starts: Sequence[float], seconds: float) -> int:
    """Return the most starts in any such time, both ends included."""
    lately: deque[float] = deque()
    most = 0
    for at in starts:
        lately.append(at)
        while lately[0] < at - seconds:
            lately.popleft()
        most = max(most, len(lately))
    return most
