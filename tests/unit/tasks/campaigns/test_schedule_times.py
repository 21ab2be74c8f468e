"""When a cron line comes round: read, refused, and across a change of the clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prefect.server.schemas.schedules import CronSchedule

from tasks.campaigns.schedule_times import (
    CronError,
    TimezoneError,
    next_times,
    read_cron,
    read_timezone,
)

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SPRING = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
"""In Berlin the clock goes from 01:59 to 03:00 now."""


def test_spaces_and_names_are_read() -> None:
    assert read_cron("  30  6 *  * mon-fri ") == "30 6 * * mon-fri"
    assert read_cron("0 0 29 2 *") == "0 0 29 2 *"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "has none"),
        ("@daily", "has 1"),
        ("* * * *", "has 4"),
        ("* * * * * *", "has 6"),
        ("61 * * * *", "no cron line"),
        ("*/0 * * * *", "no cron line"),
        ("H * * * *", "no cron line"),
        ("R(1-5) * * * *", "no cron line"),
        ("0 0 30 2 *", "never comes round"),
        ("1," * 60 + "1 * * * *", "no cron line"),
    ],
)
def test_what_is_no_cron_line_is_refused_and_says_why(line: str, why: str) -> None:
    with pytest.raises(CronError, match=why) as refused:
        read_cron(line)
    assert refused.value.field == "cron"


def test_a_time_zone_has_a_name_that_means_the_same_everywhere() -> None:
    assert read_timezone(" Europe/Lisbon ") == "Europe/Lisbon"
    assert read_timezone("UTC") == "UTC"
    for name in ("Nowhere/At_All", "../etc/passwd", "", "localtime", "utc+1", "\0"):
        with pytest.raises(TimezoneError):
            read_timezone(name)


def test_nine_in_the_morning_stays_nine_when_the_clock_changes() -> None:
    spring = next_times("0 9 * * *", "Europe/Berlin", after=NOON - timedelta(days=1))
    assert [one.hour for one in spring] == [8, 7, 7, 7, 7]
    before_autumn = datetime(2026, 10, 24, 0, tzinfo=UTC)
    autumn = next_times("0 9 * * *", "Europe/Berlin", after=before_autumn)
    assert [one.hour for one in autumn] == [7, 8, 8, 8, 8]
    assert all(one.tzinfo is UTC for one in spring + autumn)


def test_a_time_that_is_leapt_over_still_comes_once_that_night() -> None:
    first, second, *_ = next_times("30 2 * * *", "Europe/Berlin", after=NOON)
    assert first.date() == SPRING.date()
    assert second == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    [after] = next_times("30 2 * * *", "Europe/Berlin", after=first, count=1)
    assert after == second


def test_a_time_that_comes_twice_counts_once() -> None:
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    times = next_times("30 2 * * *", "Europe/Berlin", after=before, count=2)
    assert times[1] - times[0] == timedelta(hours=25)
    assert next_times("30 2 * * *", "Europe/Berlin", after=times[0]) == (
        *next_times("30 2 * * *", "Europe/Berlin", after=before, count=6)[1:],
    )


@pytest.mark.parametrize("cron", ["* * * * *", "*/30 * * * *", "0 * * * *"])
@pytest.mark.parametrize("moment", [SPRING, datetime(2026, 10, 25, 0, 59, tzinfo=UTC)])
def test_time_never_runs_backwards(cron: str, moment: datetime) -> None:
    for _ in range(12):
        [next_at] = next_times(cron, "Europe/Berlin", after=moment, count=1)
        assert moment < next_at <= moment + timedelta(hours=2)
        moment = next_at


@pytest.mark.parametrize("cron", ["*/7 * * * *", "30 6 1,15 * mon", "0 0 * 2 *"])
def test_prefect_reckons_with_the_same_times(cron: str) -> None:
    schedule = CronSchedule(cron=cron, timezone="America/New_York")
    theirs = asyncio.run(schedule.get_dates(n=5, start=NOON + timedelta(seconds=1)))
    assert list(next_times(cron, "America/New_York", after=NOON)) == theirs
