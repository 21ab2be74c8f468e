"""History at falling resolution, and percentiles of what was counted."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from config.vocabulary import HistoryStep
from tasks.proxies.health import (
    PLACES,
    Point,
    beginning_of,
    count_latencies,
    merge_points,
    percentile_ms,
    show_points,
    step_for,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def point(at: datetime, **different: int) -> Point:
    values = {"requests": 1, "failures": 0, "bans": 0, "waits": 0} | different
    counts = count_latencies([timedelta(milliseconds=100)] * values["requests"])
    return Point(at, **values, latencies=counts)


def test_a_moment_belongs_to_its_minute_hour_and_day() -> None:
    moment = NOON + timedelta(minutes=34, seconds=56, microseconds=7)
    assert beginning_of(moment, HistoryStep.MINUTE) == NOON + timedelta(minutes=34)
    assert beginning_of(moment, HistoryStep.HOUR) == NOON
    assert beginning_of(moment, HistoryStep.DAY) == NOON.replace(hour=0)


def test_percentiles_are_right_to_a_third() -> None:
    drawn = random.Random(1)  # noqa: S311 - a sample
    times = sorted(drawn.lognormvariate(6, 1) for _ in range(5_000))
    counts = count_latencies(timedelta(milliseconds=one) for one in times)
    assert len(counts) == PLACES
    for share in (0.05, 0.5, 0.95, 0.99):
        true = times[int(share * len(times))]
        assert percentile_ms(counts, share) == pytest.approx(true, rel=0.34)


def test_without_answers_there_is_no_percentile() -> None:
    assert percentile_ms(count_latencies([]), 0.5) is None


def test_what_takes_longer_than_any_place_is_counted_too() -> None:
    counts = count_latencies([timedelta(minutes=5)])
    assert sum(counts) == 1
    assert (percentile_ms(counts, 0.5) or 0) > 72_000


def test_minutes_add_up_to_hours_and_nothing_is_lost() -> None:
    minutes = [
        point(NOON + timedelta(minutes=each), requests=each % 5, bans=1)
        for each in range(90)
    ]
    hours = merge_points(minutes, HistoryStep.HOUR)
    assert [one.starts_at for one in hours] == [NOON, NOON + timedelta(hours=1)]
    assert [one.bans for one in hours] == [60, 30]
    assert sum(one.requests for one in hours) == sum(one.requests for one in minutes)
    (day,) = show_points(merge_points(hours, HistoryStep.DAY), HistoryStep.DAY)
    assert day.requests == sum(one.requests for one in minutes)
    assert day.latency_p50_ms == pytest.approx(100, rel=0.34)


def test_a_window_is_shown_as_fine_as_it_is_kept() -> None:
    kept = {"minutes_kept": timedelta(hours=6), "hours_kept": timedelta(days=14)}
    assert step_for(timedelta(hours=6), **kept) is HistoryStep.MINUTE
    assert step_for(timedelta(hours=7), **kept) is HistoryStep.HOUR
    assert step_for(timedelta(days=15), **kept) is HistoryStep.DAY
