"""Choose a proxy for a host: a few drawn at random, the best of them taken."""

import math
import random
from bisect import bisect_left
from collections.abc import Collection, Container, Mapping
from typing import cast

from typing_extensions import override

from tasks.proxies.rotation_state import (
    MINUTE_SECONDS,
    Attempt,
    Choice,
    HostState,
    OutUntil,
    PairState,
    PoolState,
    Wait,
    fade_factor,
)
from tasks.proxies.rotation_terms import Terms, WaitReason

PROBES = 16
"""So many are drawn before all proxies are looked through for those that may go."""

TRIAL_PROBES = 4
FREE_RETRIES = 5.0
"""Further tries a minute that are always allowed, for hosts asked seldom."""

NO_PROXY_SECONDS = 15.0
"""How long to wait where only a person can help."""

RETRIES_SECONDS = 5.0
_NEW = PairState()


class Draws:
    """
    Numbers from 0 to 1, the same here and in Redis for the same seed.

    Park and Miller's generator with the factor 48271, exact in doubles.
    """

    __slots__ = ("_at",)

    def __init__(self, seed: int) -> None:
        self._at = seed

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to one less than `bound`."""
        return int(self.share() * bound)

    def share(self) -> float:
        """Return the next number, less than 1."""
        self._at = self._at * 48271 % 2147483647
        return self._at / 2147483647


def draw_seed(draw: random.Random) -> int:
    """Return a seed for `Draws`."""
    return draw.randrange(1, 2147483647)


def choose(
    pool: PoolState,
    host: str,
    *,
    now: float,
    exclude: Collection[int],
    terms: Terms,
    draw: random.Random,
) -> Choice | Wait:
    """
    Choose a proxy for one request, or say how long to wait; changes nothing.

    Args:
        pool: What is known; `pool.proxies` are those to choose from.
        host: Where the request goes.
        now: Seconds since 1970.
        exclude: Proxies this item was tried through; if any, it is a further try.
        terms: The numbers of rotation.
        draw: Where the chance comes from.
    """
    state = pool.host(host)
    if wait := _find_halt(state, is_retry=bool(exclude), now=now, terms=terms):
        return wait
    if not pool.proxies:
        return Wait(now + NO_PROXY_SECONDS, WaitReason.NO_PROXY)
    search = _Search(pool, state, now, exclude, terms)
    draws = Draws(draw_seed(draw))
    if draws.share() < terms.trial_share:
        trial = search.draw_trial(draws)
        if trial is not None:
            return _take_best([trial], state, now=now, terms=terms)
    short_list = search.probe(draws)
    if len(short_list) < terms.candidates:
        fit = search.scan()
        if not fit:
            return search.find_wait()
        short_list = draw_some(fit, terms.candidates, draws)
    return _take_best(short_list, state, now=now, terms=terms)


def choose_pinned(
    pool: PoolState, host: str, proxy_id: int, *, now: float, terms: Terms
) -> Choice | Wait:
    """
    Choose the pinned proxy if it may go now; never another.

    Its cool-down and budget hold, so a pinned account waits.
    """
    state = pool.host(host)
    if wait := _find_halt(state, is_retry=False, now=now, terms=terms):
        return wait
    if proxy_id not in pool.members:
        return Wait(now + NO_PROXY_SECONDS, WaitReason.PIN_AWAY)
    free_at = state.out.get(proxy_id, 0.0)
    paid_at = pool.budgets.get(proxy_id, 0.0) - terms.burst_ahead
    if max(free_at, paid_at) <= now:
        return _take_best([proxy_id], state, now=now, terms=terms)
    if free_at >= paid_at:
        return Wait(free_at, WaitReason.PIN_COOLING)
    return Wait(paid_at, WaitReason.PIN_BUDGET)


def take(
    pool: PoolState,
    host: str,
    choice: Choice,
    *,
    now: float,
    terms: Terms,
    is_retry: bool = False,
) -> Attempt:
    """Count the chosen proxy as under way; what returns goes to `record`."""
    state, proxy_id = pool.host(host), choice.proxy_id
    pair = state.pairs.setdefault(proxy_id, PairState())
    pair.in_flight += 1
    if pair.half_open:
        pair.trial_until = now + terms.lease_lifetime
        state.out[proxy_id] = pair.free_at
    pool.budgets[proxy_id] = max(now, pool.budgets.get(proxy_id, 0.0)) + (
        terms.budget_gap
    )
    if now < state.slow_until:
        state.next_at = now + terms.slow_gap
    kept = _minute_factor(state, now)
    state.attempts = state.attempts * kept + 1
    state.retries = state.retries * kept + is_retry
    state.counted_at = now
    return Attempt(host, proxy_id, pair.half_open)


class Away(Container[int]):
    """
    The proxies that are out: all whose place in the order is late enough.

    Every choice asks for a few of some hundred, so they are not listed each time.
    """

    __slots__ = ("_first", "_out")

    def __init__(self, out: OutUntil, first: tuple[float, float]) -> None:
        self._out, self._first = out, first

    @override
    def __contains__(self, proxy_id: object) -> bool:
        free_at = self._out.get(cast("int", proxy_id))
        return free_at is not None and (free_at, proxy_id) >= self._first

    def ids(self) -> set[int]:
        """Return them all, also those that belong to the pool no more."""
        order = self._out.order
        return {one for _, one in order[bisect_left(order, self._first) :]}


def find_away(state: HostState, pool: PoolState, now: float, terms: Terms) -> Away:
    """
    Return the proxies that are out, never more than the allowed share of the pool.

    Beyond that share, those whose cool-down ends first are taken back early.
    """
    out = state.out
    late, allowed = out.order, int(len(pool.proxies) * terms.most_out)
    at = out.still_out(now)
    if len(late) - at > allowed and not out.are_of(pool.members):
        late = [each for each in late[at:] if each[1] in pool.members]
        at = 0
    if len(late) - at <= allowed:
        return Away(out, (now, math.inf))
    return Away(out, late[-allowed] if allowed else (math.inf, math.inf))


def score_pair(
    pair: PairState | None, now: float, terms: Terms
) -> tuple[float, float, float]:
    """
    Return score, peak latency and chance of success, as of now.

    The score is in seconds: the answer's time behind what is in flight, and what a
    failure costs by its chance.
    """
    if pair is None or not pair.at:
        pair, worth = pair or _NEW, 0.0
    else:
        worth = fade_factor(now - pair.at, terms.half_life)
    latency = terms.first_latency + worth * (pair.latency - terms.first_latency)
    successes, failures = pair.successes * worth, pair.failures * worth
    chance = (successes + 1.5) / (successes + failures + 2)
    cost = (1 - chance) / chance * terms.failed_try_cost
    if pair.unjudged_at:  # others are tried next: that shows who was to blame
        since = max(0.0, now - pair.unjudged_at)
        cost += terms.failed_try_cost * math.exp(-since / terms.common_window)
    return latency * (pair.in_flight + 1) + cost, latency, chance


class _Search:
    """One look for proxies that may go now."""

    __slots__ = ("away", "exclude", "latest", "now", "pool", "state", "terms")

    def __init__(
        self,
        pool: PoolState,
        state: HostState,
        now: float,
        exclude: Collection[int],
        terms: Terms,
    ) -> None:
        self.pool, self.state, self.now = pool, state, now
        self.exclude, self.terms = exclude, terms
        self.away = find_away(state, pool, now, terms)
        self.latest = now + terms.burst_ahead
        """A proxy whose stamp lies beyond has spent its budget."""

    def may_go(self, proxy_id: int) -> bool:
        return (
            self.pool.budgets.get(proxy_id, 0.0) <= self.latest
            and proxy_id not in self.away
            and proxy_id not in self.exclude
        )

    def draw_trial(self, draws: Draws) -> int | None:
        """Return one that was put out and has cooled down, if chance finds any."""
        out = self.state.out
        due = out.still_out(self.now)
        for _ in range(TRIAL_PROBES if due else 0):
            proxy_id = out.order[draws.below(due)][1]
            if self.may_go(proxy_id) and proxy_id in self.pool.members:
                return proxy_id
        return None

    def probe(self, draws: Draws) -> list[int]:
        """Draw until there are enough, or it takes too long; small pools are read."""
        found: list[int] = []
        proxies = self.pool.proxies
        if len(proxies) <= PROBES:
            return found
        for _ in range(PROBES):
            proxy_id = proxies[draws.below(len(proxies))]
            if proxy_id not in found and self.may_go(proxy_id):
                found.append(proxy_id)
                if len(found) == self.terms.candidates:
                    break
        return found

    def scan(self) -> list[int]:
        """Return all that may go now."""
        stamp_of, latest = self.pool.budgets.get, self.latest
        free = [one for one in self.pool.proxies if stamp_of(one, 0.0) <= latest]
        held = self.away.ids()
        held.update(self.exclude)
        return [one for one in free if one not in held]

    def find_wait(self) -> Wait:
        """Say when the first of the proxies may go, and what holds it till then."""
        first, why = math.inf, WaitReason.ALL_TRIED
        for one in self.pool.proxies:
            if one in self.exclude:
                continue
            free_at = self.state.out.get(one, 0.0) if one in self.away else 0.0
            paid_at = self.pool.budgets.get(one, 0.0) - self.terms.burst_ahead
            if max(free_at, paid_at) < first:
                first = max(free_at, paid_at)
                is_paid = free_at > paid_at
                why = WaitReason.COOLING if is_paid else WaitReason.BUDGET
        return Wait(first if first < math.inf else self.now + NO_PROXY_SECONDS, why)


def draw_some(fit: list[int], count: int, draws: Draws) -> list[int]:
    """Return some of the proxies, each equally likely; changes the order of `fit`."""
    count = min(count, len(fit))
    for place in range(count):
        other = place + draws.below(len(fit) - place)
        fit[place], fit[other] = fit[other], fit[place]
    return fit[:count]


def _take_best(
    short_list: list[int], state: HostState, *, now: float, terms: Terms
) -> Choice:
    pairs: Mapping[int, PairState] = state.pairs
    scored = [(one, score_pair(pairs.get(one), now, terms)) for one in short_list]
    proxy_id, (score, latency, chance) = min(scored, key=lambda each: each[1][0])
    pair = pairs.get(proxy_id, _NEW)
    return Choice(
        proxy_id=proxy_id,
        score=score,
        parts=name_parts(score, latency, chance, pair.in_flight),
        trial=pair.half_open,
        candidates=tuple((one, figures[0]) for one, figures in scored),
    )


def name_parts(
    score: float, latency: float, chance: float, in_flight: int
) -> dict[str, float]:
    """Return what a score is made of, by name; times in seconds."""
    waiting = latency * (in_flight + 1)
    return {
        "latency": latency,
        "in_flight": float(in_flight),
        "waiting": waiting,
        "success_chance": chance,
        "failure_cost": score - waiting,
    }


def _find_halt(
    state: HostState, *, is_retry: bool, now: float, terms: Terms
) -> Wait | None:
    if now < state.slow_until and now < state.next_at:
        return Wait(state.next_at, WaitReason.HOST_SLOWED)
    if is_retry:
        kept = _minute_factor(state, now)
        retries, attempts = state.retries * kept + 1, state.attempts * kept + 1
        if retries > max(FREE_RETRIES, terms.retry_share * attempts):
            return Wait(now + RETRIES_SECONDS, WaitReason.RETRIES)
    return None


def _minute_factor(state: HostState, now: float) -> float:
    return math.exp(-max(0.0, now - state.counted_at) / MINUTE_SECONDS)
