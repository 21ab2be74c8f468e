"""Pure: history of a proxy at falling resolution, with latencies as counted places."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from config.vocabulary import HistoryStep
from tasks.proxies.schemas import HistoryPoint

BOUNDS_MS = (
    *(10, 15, 22, 33, 50, 75, 110, 165, 250, 370, 550, 830),
    *(1_250, 1_900, 2_800, 4_200, 6_300, 9_500, 14_000, 21_000, 32_000, 48_000, 72_000),
)
"""Upper ends of the places an answer's time is counted in; one more lies beyond."""

PLACES = len(BOUNDS_MS) + 1
_LONGEST_MS = 120_000


class Point(NamedTuple):
    """What a proxy did in a while, as it is stored."""

    starts_at: datetime
    requests: int
    failures: int
    bans: int
    waits: int
    latencies: tuple[int, ...]


def beginning_of(moment: datetime, step: HistoryStep) -> datetime:
    """Return when the minute, hour or day of a moment began, in UTC."""
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    if step is HistoryStep.MINUTE:
        return minute
    hour = minute.replace(minute=0)
    return hour if step is HistoryStep.HOUR else hour.replace(hour=0)


def count_latencies(latencies: Iterable[timedelta]) -> tuple[int, ...]:
    """Return how many of some answers took how long, by place."""
    counts = [0] * PLACES
    for one in latencies:
        counts[bisect_left(BOUNDS_MS, one.total_seconds() * 1000)] += 1
    return tuple(counts)


def percentile_ms(latencies: Sequence[int], share: float) -> int | None:
    """
    Return the time within which a share of the answers came; None without any.

    Within a place answers are taken to lie evenly, so the error is below its width: a
    third of the value.
    """
    total = sum(latencies)
    if not total:
        return None
    wanted, passed = share * total, 0
    for place, count in enumerate(latencies):
        if count and passed + count >= wanted:
            low = BOUNDS_MS[place - 1] if place else 0
            high = BOUNDS_MS[place] if place < len(BOUNDS_MS) else _LONGEST_MS
            return round(low + (high - low) * (wanted - passed) / count)
        passed += count
    return None


def merge_points(points: Iterable[Point], step: HistoryStep) -> list[Point]:
    """Return points of any length as longer ones, oldest first."""
    found: dict[datetime, Point] = {}
    for one in points:
        begins = beginning_of(one.starts_at, step)
        before = found.get(begins)
        found[begins] = (
            one._replace(starts_at=begins) if before is None else _sum(before, one)
        )
    return [found[begins] for begins in sorted(found)]


def show_points(points: Iterable[Point], step: HistoryStep) -> tuple[HistoryPoint, ...]:
    """Return points as people see them."""
    return tuple(
        HistoryPoint(
            starts_at=one.starts_at,
            step=step,
            requests=one.requests,
            failures=one.failures,
            bans=one.bans,
            waits=one.waits,
            latency_p50_ms=percentile_ms(one.latencies, 0.5),
            latency_p95_ms=percentile_ms(one.latencies, 0.95),
        )
        for one in points
    )


def step_for(
    window: timedelta, *, minutes_kept: timedelta, hours_kept: timedelta
) -> HistoryStep:
    """Return how fine a window can be shown from end to end."""
    if window <= minutes_kept:
        return HistoryStep.MINUTE
    return HistoryStep.HOUR if window <= hours_kept else HistoryStep.DAY


def _sum(one: Point, other: Point) -> Point:
    return Point(
        one.starts_at,
        one.requests + other.requests,
        one.failures + other.failures,
        one.bans + other.bans,
        one.waits + other.waits,
        tuple(a + b for a, b in zip(one.latencies, other.latencies, strict=True)),
    )
