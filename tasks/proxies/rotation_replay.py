"""Build rotation's memory anew from recorded attempts, and try other terms on them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tasks.proxies.rotation_choice import choose, score_pair, take
from tasks.proxies.rotation_record import Ending, record
from tasks.proxies.rotation_state import Choice, PoolState
from tasks.proxies.rotation_terms import Outcome, Terms


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One recorded attempt; times in seconds, `at` since 1970."""

    proxy_id: int
    host: str
    at: float
    outcome: Outcome
    latency: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What other terms would have changed for recorded attempts."""

    attempts: int
    other_proxy: int
    """Attempts that would have gone through another proxy."""

    waits: int
    """Attempts that would have had to wait."""

    chance_taken: float
    """Mean chance of success, as known at the time, of the proxies that were taken."""

    chance_chosen: float
    """The same of those that would have been chosen."""


def rebuild(past: Iterable[PastAttempt], terms: Terms, *, seed: int = 1) -> PoolState:
    """Return what rotation would know after these attempts."""
    pool, draw = PoolState(), random.Random(seed)  # noqa: S311 - spreads cool-downs, guards nothing
    for one in sorted(past, key=lambda each: each.at):
        _repeat(pool, one, terms, draw)
    return pool


def what_would_change(
    past: Sequence[PastAttempt],
    proxies: Sequence[int],
    terms: Terms,
    *,
    seed: int = 1,
) -> Effect:
    """
    Return what these terms would have changed, attempt by attempt.

    Each choice is made from what was known then; what came of it in truth is recorded,
    because nobody knows how another proxy would have fared.
    """
    pool, draw = PoolState(sorted(proxies)), random.Random(seed)  # noqa: S311 - as above
    other = waits = 0
    taken: list[float] = []
    chosen: list[float] = []
    for one in sorted(past, key=lambda each: each.at):
        found = choose(pool, one.host, now=one.at, exclude=(), terms=terms, draw=draw)
        pair = pool.host(one.host).pairs.get(one.proxy_id)
        taken.append(score_pair(pair, one.at, terms)[2])
        if isinstance(found, Choice):
            other += found.proxy_id != one.proxy_id
            chosen.append(found.parts["success_chance"])
        else:
            waits += 1
        _repeat(pool, one, terms, draw)
    return Effect(len(past), other, waits, _mean(taken), _mean(chosen))


def _repeat(
    pool: PoolState, one: PastAttempt, terms: Terms, draw: random.Random
) -> None:
    choice = Choice(one.proxy_id, 0.0, {}, trial=False, candidates=())
    attempt = take(pool, one.host, choice, now=one.at, terms=terms)
    pair = pool.host(one.host).pairs[one.proxy_id]
    trial = replace(attempt, trial=pair.half_open and pair.until <= one.at)
    ending = Ending(one.outcome, one.latency)
    record(pool, trial, ending, now=one.at, terms=terms, draw=draw)


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures) if figures else 0.0
