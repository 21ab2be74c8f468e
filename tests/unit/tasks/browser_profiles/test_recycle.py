"""When a browser has done enough, and whose it may become."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.browser_profiles.lease import Holder, may_take
from tasks.browser_profiles.recycle import RecycleTerms, must_recycle

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = RecycleTerms(pages=10, lasting=5 * MINUTE)
HOLDER = Holder("campaign run a", 3)


@pytest.mark.parametrize(
    ("pages", "minutes", "is_worn"),
    [(0, 0, False), (9, 4, False), (10, 0, True), (11, 0, True), (0, 5, True)],
)
def test_a_browser_is_worn_by_pages_or_by_time(
    pages: int, minutes: int, *, is_worn: bool
) -> None:
    moment = NOON + minutes * MINUTE
    assert must_recycle(TERMS, pages=pages, opened_at=NOON, now=moment) is is_worn


@pytest.mark.parametrize(
    ("leased_by", "ends_in", "is_ours"),
    [
        (None, None, False),  # a person's
        ("campaign run a#3", 1, True),
        ("campaign run a#2", 1, True),
        ("campaign run a#4", 1, False),
        ("campaign run b#1", 1, False),
        ("campaign run b#1", 0, True),
        ("somebody", 1, False),
        ("somebody", -1, True),
    ],
)
def test_a_browser_goes_over_to_a_later_try_or_when_its_lease_is_over(
    leased_by: str | None, ends_in: int | None, *, is_ours: bool
) -> None:
    until = None if ends_in is None else NOON + ends_in * MINUTE
    assert may_take(leased_by, until, holder=HOLDER, now=NOON) is is_ours
