"""What some attempts add up to, and whose fault counts."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.proxies.rotation_terms import Outcome
from tasks.proxies.schemas import Attempt
from tasks.proxies.tally import tally_attempts

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def attempt(outcome: str, *, proxy_id: int = 1, after: float = 0) -> Attempt:
    at = NOON + timedelta(seconds=after)
    return Attempt(proxy_id, "a.example", at, outcome, timedelta(seconds=1), {})


@pytest.mark.parametrize(
    ("outcomes", "failures", "in_row", "has_success"),
    [
        ("success success", 0, 0, True),
        ("proxy proxy", 2, 2, False),
        ("proxy success proxy", 2, 1, True),
        ("blocked blocked", 2, 0, False),
        ("target account ours", 0, 0, False),
        ("proxy target proxy", 2, 2, False),
    ],
)
def test_only_what_is_the_proxys_own_counts_against_it(
    outcomes: str, failures: int, in_row: int, *, has_success: bool
) -> None:
    words = outcomes.split()
    (found,) = tally_attempts(
        attempt(word, after=place) for place, word in enumerate(words)
    )
    assert found.requests == len(words)
    assert (found.failures, found.in_row) == (failures, in_row)
    assert found.has_success is has_success


def test_every_word_of_rotation_is_counted() -> None:
    (found,) = tally_attempts(attempt(word) for word in Outcome)
    (point,) = found.points
    assert point.requests == len(Outcome)
    assert (point.failures, point.bans) == (2, 1)
    assert sum(point.latencies) == 1


def test_the_hour_is_that_of_the_latest() -> None:
    long_ago = attempt(Outcome.SUCCESS, after=-7_200)
    (found,) = tally_attempts([attempt(Outcome.SUCCESS), long_ago])
    assert (found.hour, found.this_hour) == (NOON, 1)
    assert len(found.points) == 2


def test_proxies_come_in_one_order_so_that_nobody_waits_in_turn() -> None:
    found = tally_attempts(attempt(Outcome.SUCCESS, proxy_id=one) for one in (3, 1, 2))
    assert [one.proxy_id for one in found] == [1, 2, 3]
