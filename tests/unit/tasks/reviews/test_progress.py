"""The pace of the last minutes, and what is left at that pace."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.reviews.progress import Recent, pace_of, seconds_left

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_who_decided_nothing_has_no_pace() -> None:
    assert pace_of(Recent(0, None), now=NOON) == 0


def test_the_pace_is_counted_from_the_first_decision_and_a_minute_at_least() -> None:
    lately = Recent(10, NOON - timedelta(seconds=5))
    assert pace_of(lately, now=NOON) == pytest.approx(10)
    longer = Recent(60, NOON - timedelta(minutes=4))
    assert pace_of(longer, now=NOON) == pytest.approx(15)


def test_what_is_left_takes_as_long_as_the_pace_says() -> None:
    assert seconds_left(300, per_minute=30) == 600
    assert seconds_left(300, per_minute=0) is None
    assert seconds_left(0, per_minute=30) == 0
