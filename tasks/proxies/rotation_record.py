"""Record how an attempt ended: whom it counts against, and who is put out."""

import math
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tasks.proxies.rotation_state import (
    Attempt,
    Changes,
    HostState,
    PairState,
    PoolState,
    Seen,
)
from tasks.proxies.rotation_terms import Outcome, Terms

COMMON_ATTEMPTS = 8
"""So many attempts at least show that a host fails through all proxies."""

COMMON_PROXIES = 3
"""So many proxies at least must have failed."""

FAILURES_FOR_SHARE = 3.0
TRIP_MEMORY = 0.25
"""A success takes away such a part of a trip."""

NOTHING = Changes()
_JUDGED = frozenset({Outcome.PROXY, Outcome.BLOCKED, Outcome.TARGET})


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended; times in seconds."""

    outcome: Outcome
    latency: float
    retry_after: float | None = None
    """What the host asked for, if it did."""


def record(
    pool: PoolState,
    attempt: Attempt,
    ending: Ending,
    *,
    now: float,
    terms: Terms,
    draw: random.Random,
) -> Changes:
    """
    Record how an attempt ended, and return what changed by it.

    A failure that turns out to be the host's, because it fails through all proxies,
    counts against none; those blamed a moment before are forgiven.
    """
    state = pool.host(attempt.host)
    pair = state.pairs.setdefault(attempt.proxy_id, PairState())
    pair.in_flight = max(0, pair.in_flight - 1)
    if attempt.trial:
        pair.trial_until = 0.0
    if ending.outcome is Outcome.SUCCESS:
        changes = _record_success(state, pair, attempt, ending, now=now, terms=terms)
    elif ending.outcome in _JUDGED:
        share = draw.random()
        changes = _record_failure(state, attempt, ending, share, now=now, terms=terms)
    else:
        changes = NOTHING
    keep_out(state, attempt.proxy_id, pair)
    return changes


def keep_out(state: HostState, proxy_id: int, pair: PairState) -> None:
    """Note when a proxy that was put out may go again."""
    if pair.half_open:
        state.out[proxy_id] = pair.free_at
    else:
        state.out.drop(proxy_id)


def find_common_mode(recent: Collection[Seen], now: float, terms: Terms) -> set[int]:
    """
    Return the proxies that failed lately, if the host fails through all; else none.

    Of the attempts within the window some latest ones, 8 at least, must have failed
    nearly all, through at least half of the proxies used in the window.
    """
    window = [one for one in recent if one.at > now - terms.common_window]
    used = len({one.proxy_id for one in window})
    needed = max(COMMON_PROXIES, used / 2)
    failing: set[int] = set()
    successes = 0
    for place, one in enumerate(window, 1):
        if one.succeeded:
            successes += 1
        else:
            failing.add(one.proxy_id)
        if (
            place >= COMMON_ATTEMPTS
            and successes < place * terms.common_share
            and len(failing) >= needed
        ):
            since = now - 2 * terms.common_window
            return {
                each.proxy_id
                for each in recent
                if not each.succeeded and each.at > since
            }
    return set()


def others_succeed(
    recent: Iterable[Seen], proxy_id: int, now: float, terms: Terms
) -> bool:
    """Return whether the host mostly answers through other proxies."""
    others = [
        one.succeeded
        for one in recent
        if one.proxy_id != proxy_id and one.at > now - terms.common_window
    ][:COMMON_ATTEMPTS]
    return bool(others) and 2 * sum(others) >= len(others)


def _record_success(
    state: HostState,
    pair: PairState,
    attempt: Attempt,
    ending: Ending,
    *,
    now: float,
    terms: Terms,
) -> Changes:
    elapsed = now - pair.at if pair.at else math.inf
    pair.fade(now, terms)
    kept = math.exp(-max(0.0, elapsed) / terms.latency_memory)
    peak = ending.latency + (pair.latency - ending.latency) * kept
    pair.latency = max(ending.latency, peak)
    pair.successes += 1
    pair.in_row = 0
    pair.trips = max(0.0, pair.trips - TRIP_MEMORY)
    pair.doubt_at = pair.unjudged_at = 0.0
    back = pair.half_open and (attempt.trial or pair.until <= now)
    if back:
        pair.half_open = False
        pair.until = 0.0
    state.recent.appendleft(Seen(now, attempt.proxy_id, succeeded=True))
    state.slow_until = 0.0
    return Changes(back=True) if back else NOTHING


def _record_failure(
    state: HostState,
    attempt: Attempt,
    ending: Ending,
    share: float,
    *,
    now: float,
    terms: Terms,
) -> Changes:
    pair = state.pairs[attempt.proxy_id]
    pair.fade(now, terms)
    pair.latency = max(pair.latency, ending.latency)
    state.recent.appendleft(Seen(now, attempt.proxy_id, succeeded=False))
    failing = find_common_mode(state.recent, now, terms)
    if failing or now < state.common_until:
        pair.unjudged_at = now
        return _slow_host(state, failing, ending, now=now, terms=terms)
    if ending.outcome is Outcome.TARGET and not others_succeed(
        state.recent, attempt.proxy_id, now, terms
    ):
        pair.unjudged_at = now
        return NOTHING
    pair.unjudged_at = 0.0
    if not pair.doubt_at or pair.doubt_at <= now - terms.common_window:
        _remember(pair, now)
    pair.failures += 1
    pair.doubt_failures += 1
    pair.in_row += 1
    out_until = _find_cool_down(pair, attempt, ending, share, now=now, terms=terms)
    if out_until is None:
        return Changes(blamed=True)
    pair.until, pair.half_open = out_until, True
    return Changes(blamed=True, out_until=out_until)


def _find_cool_down(
    pair: PairState,
    attempt: Attempt,
    ending: Ending,
    share: float,
    *,
    now: float,
    terms: Terms,
) -> float | None:
    """Return until when the proxy is put out, if it is."""
    if ending.retry_after is not None:
        return max(pair.until, now + ending.retry_after)
    if pair.until > now and not attempt.trial:
        return None  # it was under way when the proxy was put out: nothing new
    failures = pair.failures
    is_share = failures >= FAILURES_FOR_SHARE and failures > terms.failure_share * (
        pair.successes + failures
    )
    if not (
        pair.half_open
        or ending.outcome is Outcome.BLOCKED
        or pair.in_row >= terms.failures_in_row
        or is_share
    ):
        return None
    pair.trips += 1
    longest = min(
        terms.longest_cool_down,
        terms.first_cool_down * math.pow(2.0, min(pair.trips - 1, 60.0)),
    )
    return now + (0.5 + 0.5 * share) * longest


def _slow_host(
    state: HostState, failing: set[int], ending: Ending, *, now: float, terms: Terms
) -> Changes:
    began = now >= state.common_until
    gap = terms.slow_gap
    if ending.retry_after is not None:
        gap = min(ending.retry_after, terms.longest_cool_down)
        state.next_at = max(state.next_at, now + gap)
    state.slow_until = max(state.slow_until, now + terms.common_window, now + gap)
    if not failing:
        return NOTHING
    state.common_until = now + terms.common_window
    forgiven = tuple(
        one
        for one in sorted(failing)
        if _forgive(state, one, since=now - 2 * terms.common_window)
    )
    return Changes(common_mode_began=began, forgiven=forgiven)


def _remember(pair: PairState, now: float) -> None:
    """Keep how a proxy stood before it was blamed."""
    pair.doubt_at = now
    pair.doubt_failures = 0.0
    pair.doubt_in_row = pair.in_row
    pair.doubt_trips = pair.trips
    pair.doubt_until = pair.until
    pair.doubt_half_open = pair.half_open


def _forgive(state: HostState, proxy_id: int, *, since: float) -> bool:
    """Let a proxy stand as before it was blamed, if that was lately."""
    pair = state.pairs.get(proxy_id)
    if pair is None or not pair.doubt_at or pair.doubt_at < since:
        return False
    pair.failures = max(0.0, pair.failures - pair.doubt_failures)
    pair.in_row = pair.doubt_in_row
    pair.trips = pair.doubt_trips
    pair.until = pair.doubt_until
    pair.half_open = pair.doubt_half_open
    pair.doubt_at = 0.0
    keep_out(state, proxy_id, pair)
    return True
