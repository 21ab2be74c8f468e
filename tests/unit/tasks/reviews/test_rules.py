"""Who may decide what, about something that others look at too."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.vocabulary import Decision
from tasks.reviews.rules import Answer, Standing, holder_of, judge

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MIRA, TAL = uuid4(), uuid4()
MINUTE = timedelta(minutes=1)


def standing(**values: Any) -> Standing:
    """Return a public profile that waits, as nobody has seen it yet."""
    untouched = Standing(
        id=uuid4(),
        campaign_id=uuid4(),
        decision=Decision.PENDING,
        decision_id=None,
        decided_by=None,
        leased_by=None,
        leased_until=None,
        has_skipped=False,
        version=1,
    )
    return untouched._replace(**values)


def judged(item: Standing, wish: Decision, *, seen: int | None = None) -> Answer:
    """Return what Mira's wish is answered with at noon."""
    return judge(item, wish, by=MIRA, seen_version=seen, now=NOON)


DECIDING = (Decision.APPROVED, Decision.REJECTED, Decision.MAYBE, Decision.SKIPPED)


@pytest.mark.parametrize("wish", DECIDING)
def test_what_waits_may_be_decided_in_every_way(wish: Decision) -> None:
    assert judged(standing(), wish) is Answer.ALLOWED
    assert judged(standing(), wish, seen=1) is Answer.ALLOWED


@pytest.mark.parametrize("wish", DECIDING)
def test_what_was_seen_otherwise_is_not_decided(wish: Decision) -> None:
    assert judged(standing(version=3), wish, seen=1) is Answer.DECIDED_ELSEWHERE


@pytest.mark.parametrize("wish", DECIDING[1:])
def test_nobody_overrules_a_decision(wish: Decision) -> None:
    for by in (MIRA, TAL):
        item = standing(decision=Decision.APPROVED, decided_by=by, version=2)
        assert judged(item, wish) is Answer.DECIDED_ELSEWHERE
        assert judged(item, wish, seen=2) is Answer.DECIDED_ELSEWHERE


def test_the_same_again_is_a_repeat_only_for_the_same_person() -> None:
    own = standing(decision=Decision.APPROVED, decided_by=MIRA, version=2)
    assert judged(own, Decision.APPROVED, seen=1) is Answer.REPEATED
    others = own._replace(decided_by=TAL)
    assert judged(others, Decision.APPROVED, seen=1) is Answer.DECIDED_ELSEWHERE


def test_a_maybe_is_decided_by_who_saw_it_or_took_it() -> None:
    item = standing(decision=Decision.MAYBE, decided_by=TAL, version=2)
    assert judged(item, Decision.APPROVED) is Answer.DECIDED_ELSEWHERE
    assert judged(item, Decision.APPROVED, seen=1) is Answer.DECIDED_ELSEWHERE
    assert judged(item, Decision.APPROVED, seen=2) is Answer.ALLOWED
    assert judged(item._replace(decided_by=MIRA), Decision.APPROVED) is Answer.ALLOWED


def test_a_decision_can_be_put_back_and_what_waits_stays() -> None:
    item = standing(decision=Decision.REJECTED, decided_by=TAL, version=2)
    assert judged(item, Decision.PENDING) is Answer.ALLOWED
    assert judged(standing(), Decision.PENDING) is Answer.REPEATED


def test_a_lease_keeps_others_out_until_it_ends() -> None:
    held = standing(leased_by=TAL, leased_until=NOON + MINUTE)
    assert judged(held, Decision.APPROVED) is Answer.LEASED_ELSEWHERE
    ended = held._replace(leased_until=NOON)
    assert judged(ended, Decision.APPROVED) is Answer.ALLOWED
    assert judged(held._replace(leased_by=MIRA), Decision.APPROVED) is Answer.ALLOWED


def test_a_skip_is_repeated_unless_it_was_given_again() -> None:
    passed_on = standing(has_skipped=True)
    assert judged(passed_on, Decision.SKIPPED) is Answer.REPEATED
    again = passed_on._replace(leased_by=MIRA, leased_until=NOON + MINUTE)
    assert judged(again, Decision.SKIPPED) is Answer.ALLOWED


def test_a_lease_that_ended_is_nobodys() -> None:
    assert holder_of(TAL, NOON + MINUTE, now=NOON) == TAL
    assert holder_of(TAL, NOON, now=NOON) is None
    assert holder_of(None, None, now=NOON) is None
