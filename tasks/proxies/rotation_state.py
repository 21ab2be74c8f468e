"""What rotation remembers of proxies and hosts; times in seconds since 1970."""

import math
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from tasks.proxies.rotation_terms import HOUR_SECONDS, Terms, WaitReason

RECENT_KEPT = 64
"""Attempts a host is judged by at most, the latest first."""

MINUTE_SECONDS = 60.0


@dataclass(slots=True)
class PairState:
    """What is known of one proxy with one host."""

    successes: float = 0.0
    failures: float = 0.0
    latency: float = 0.0
    """Peak, decaying; 0: never seen."""

    at: float = 0.0
    """When the three above were true; they fade from then on."""

    in_flight: int = 0
    in_row: int = 0
    """Failures one after another."""

    trips: float = 0.0
    """How often it was put out; a success takes a part of one away."""

    until: float = 0.0
    """It cools down until then."""

    trial_until: float = 0.0
    """A trial is under way, at the longest until then."""

    half_open: bool = False
    """It was put out and has not succeeded since."""

    unjudged_at: float = 0.0
    """It failed then, and whether itself or the host was to blame is unknown."""

    doubt_at: float = 0.0
    """Since when it is blamed, as long as the host itself may turn out to blame."""

    doubt_failures: float = 0.0
    doubt_in_row: int = 0
    doubt_trips: float = 0.0
    doubt_until: float = 0.0
    doubt_half_open: bool = False
    """These five: what was blamed since, and how it stood before."""

    @property
    def free_at(self) -> float:
        """Return when it may be given again, if it was put out."""
        return max(self.until, self.trial_until)

    def fade(self, now: float, terms: Terms) -> None:
        """Let evidence fade to what it is worth `now`."""
        if self.at:
            worth = fade_factor(now - self.at, terms.half_life)
            self.successes *= worth
            self.failures *= worth
            self.doubt_failures *= worth
            self.latency = terms.first_latency + worth * (
                self.latency - terms.first_latency
            )
        else:
            self.latency = terms.first_latency
        self.at = now


@dataclass(frozen=True, slots=True)
class Seen:
    """How one attempt ended, as far as a host is judged by it."""

    at: float
    proxy_id: int
    succeeded: bool


class OutUntil(dict[int, float]):
    """
    When each proxy that was put out may be given again, kept in that order as well.

    It is asked with every choice and changes seldom, so the order is not made anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self.order: list[tuple[float, int]] = []
        """Moment and proxy, the first to be free first."""

        self._members: frozenset[int] = frozenset()
        self._strangers: set[int] = set()

    @override
    def __setitem__(self, proxy_id: int, free_at: float) -> None:
        if self.get(proxy_id) == free_at:
            return
        self.drop(proxy_id)
        insort(self.order, (free_at, proxy_id))
        super().__setitem__(proxy_id, free_at)
        if proxy_id not in self._members:
            self._strangers.add(proxy_id)

    def drop(self, proxy_id: int) -> None:
        """Note that a proxy is out no more, if it was."""
        free_at = self.get(proxy_id)
        if free_at is not None:
            del self.order[bisect_left(self.order, (free_at, proxy_id))]
            super().__delitem__(proxy_id)
            self._strangers.discard(proxy_id)

    def are_of(self, members: frozenset[int]) -> bool:
        """Return whether all belong to a pool; counted anew for another pool only."""
        if members is not self._members:
            self._members, self._strangers = members, self.keys() - members
        return not self._strangers

    def still_out(self, now: float) -> int:
        """Return the place in the order from which on proxies are not free `now`."""
        return bisect_right(self.order, (now, math.inf))


@dataclass(slots=True)
class HostState:
    """What is known of one host."""

    pairs: dict[int, PairState] = field(default_factory=dict)
    out: OutUntil = field(default_factory=OutUntil)

    recent: deque[Seen] = field(default_factory=lambda: deque(maxlen=RECENT_KEPT))
    """The latest first."""

    common_until: float = 0.0
    """It fails through all proxies; until then none is blamed."""

    slow_until: float = 0.0
    """Until then it is asked slowly."""

    next_at: float = 0.0
    """When it may be asked again while it is slowed."""

    attempts: float = 0.0
    retries: float = 0.0
    counted_at: float = 0.0
    """Attempts of the last minute or so, and those that were further tries."""


@dataclass(slots=True)
class PoolState:
    """All that rotation knows; the callers own it, and it is changed in place."""

    proxies: Sequence[int] = ()
    """Those that may be given out now; another sequence is put here to change them."""

    hosts: dict[str, HostState] = field(default_factory=dict)
    budgets: dict[int, float] = field(default_factory=dict)
    """A time stamp a proxy: up to when its requests so far reach at a steady pace."""

    _known: tuple[Sequence[int], frozenset[int]] = field(
        default=((), frozenset()), init=False, repr=False, compare=False
    )

    @property
    def members(self) -> frozenset[int]:
        """Return `proxies` as a set, made anew when another sequence was put there."""
        if self._known[0] is not self.proxies:
            self._known = (self.proxies, frozenset(self.proxies))
        return self._known[1]

    def host(self, name: str) -> HostState:
        """Return what is known of a host, which may be nothing yet."""
        found = self.hosts.get(name)
        if found is None:
            found = self.hosts[name] = HostState()
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """The proxy to use, and why."""

    proxy_id: int
    score: float
    """Seconds that an attempt is expected to take, failures included; the lowest."""

    parts: dict[str, float]
    trial: bool
    """It was put out, and this attempt shows whether it works again."""

    candidates: tuple[tuple[int, float], ...]
    """Those that were drawn, each with its score."""


@dataclass(frozen=True, slots=True)
class Wait:
    """No proxy now; ask again at `until`."""

    until: float
    why: WaitReason


@dataclass(frozen=True, slots=True)
class Attempt:
    """A proxy under way to a host."""

    host: str
    proxy_id: int
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What recording an attempt changed, beside the evidence itself."""

    blamed: bool = False
    """The failure counts against the proxy."""

    out_until: float | None = None
    """The proxy was put out for this host, until then."""

    back: bool = False
    """The proxy had been put out, and works again."""

    common_mode_began: bool = False
    """The host was found to fail through all proxies; told once."""

    forgiven: tuple[int, ...] = ()
    """Proxies that had been blamed for what was the host's fault."""


def fade_factor(seconds: float, half_life: float) -> float:
    """Return what evidence of such an age is worth, from 1 down."""
    return math.exp(-max(0.0, seconds) / half_life * math.log(2))


def budget_left(stamp: float, *, now: float, terms: Terms) -> int:
    """Return how many requests a proxy could carry at once now."""
    ahead = max(0.0, stamp - now)
    return max(0, int((terms.burst_ahead - ahead) / terms.budget_gap + 1 + 1e-6))


def budget_left_this_hour(stamp: float, *, now: float, terms: Terms) -> int:
    """Return how many requests a proxy could still carry in the hour to come."""
    ahead = max(0.0, stamp - now)
    span = HOUR_SECONDS + terms.burst_ahead - ahead
    return max(0, min(terms.budget_per_hour, int(span / terms.budget_gap + 1e-6) + 1))
