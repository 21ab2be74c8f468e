"""What is handed to one reviewer is handed to nobody else, until the lease ends."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.clock import now
from config.vocabulary import Decision, ReviewOrder, Role
from tasks.database import transaction
from tasks.reviews import leases
from tasks.reviews.decide import LeasedElsewhereError
from tasks.reviews.leases import (
    Taker,
    count_waiting,
    release_leases,
    renew_leases,
    take_next,
)
from tasks.reviews.repository import get_card
from tasks.reviews.step_schemas import NextRequest
from tests.factories.accounts import create_account
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.review_queue import queue_many
from tests.factories.reviews import rule

pytestmark = pytest.mark.usefixtures("database")

REVIEWERS, ITEMS = 20, 500
LEASE = timedelta(minutes=2)
DECISIONS = (Decision.APPROVED, Decision.REJECTED, Decision.MAYBE)


def take(
    account_id: UUID, asked: NextRequest | None = None, *, at: datetime | None = None
) -> list[UUID]:
    """Be given the next public profiles, 10 if nothing else is said."""
    with transaction() as session:
        taker = Taker(account_id, at or now(), LEASE)
        return take_next(session, asked or NextRequest(count=10), taker)


def queue_five() -> list[UUID]:
    return sorted(queue_handles(create_taken_run(), "a", "b", "c", "d", "e"))


def review_until_nothing_is_left(number: int) -> list[UUID]:
    reviewer, decided = uuid4(), []
    while hand := take(reviewer, NextRequest(count=number % 5 + 1)):
        for one in hand:
            rule(one, DECISIONS[one.int % 3], by=reviewer)
            decided.append(one)
    return decided


def test_twenty_reviewers_decide_about_nothing_twice() -> None:
    queue_many(ITEMS)
    with ThreadPoolExecutor(REVIEWERS) as team:
        hands = list(team.map(review_until_nothing_is_left, range(REVIEWERS)))
    decided = Counter(one for hand in hands for one in hand)
    assert len(decided) == ITEMS
    assert set(decided.values()) == {1}
    with transaction() as session:
        lines = text("SELECT count(*), count(DISTINCT review_id) FROM review_log")
        assert session.execute(lines).one() == (ITEMS, ITEMS)
        assert count_waiting(session, NextRequest()) == 0


def test_who_waits_is_counted_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    queue_five()
    with transaction() as session:
        assert count_waiting(session, NextRequest()) == 5
        monkeypatch.setattr(leases, "COUNTED_UP_TO", 5)
        assert count_waiting(session, NextRequest()) == 5
        monkeypatch.setattr(leases, "COUNTED_UP_TO", 4)
        assert count_waiting(session, NextRequest()) is None


def test_nobody_is_given_what_somebody_else_holds() -> None:
    ids, mira, tal = queue_five(), uuid4(), uuid4()
    first = take(mira, NextRequest(count=3))
    second = take(tal)
    assert sorted(first + second) == ids
    assert take(uuid4()) == []


def test_a_lease_is_shown_with_the_name_of_who_holds_it() -> None:
    reviewer = create_account(Role.REVIEWER)
    queue_five()
    at = now()
    (one,) = take(reviewer, NextRequest(), at=at)
    with transaction() as session:
        lease = get_card(session, one).lease
    assert lease is not None
    assert (lease.by_name, lease.until) == ("The reviewer", at + LEASE)


def test_what_one_holds_comes_first_unless_it_is_named() -> None:
    ids, mira = queue_five(), uuid4()
    first = take(mira, NextRequest(count=2))
    assert take(mira, NextRequest(count=3))[:2] == first
    rest = take(mira, NextRequest(count=10, having=tuple(first)))
    assert sorted(first + rest) == ids


def test_deciding_what_somebody_else_holds_is_refused_with_their_name() -> None:
    reviewer = create_account(Role.REVIEWER)
    queue_five()
    (one,) = take(reviewer, NextRequest())
    with pytest.raises(LeasedElsewhereError, match="The reviewer looks at") as refused:
        rule(one, Decision.APPROVED)
    assert refused.value.details["byName"] == "The reviewer"
    assert rule(one, Decision.APPROVED, by=reviewer).lease is None


def test_what_nobody_holds_may_be_decided_without_a_lease() -> None:
    ids = queue_five()
    assert rule(ids[0], Decision.REJECTED).status is Decision.REJECTED


def test_an_abandoned_lease_returns_when_its_time_is_over() -> None:
    ids, mira, tal, at = queue_five(), uuid4(), uuid4(), now()
    assert take(mira, at=at) == ids
    just_before = at + LEASE - timedelta(milliseconds=1)
    assert take(tal, at=just_before) == []
    assert take(tal, at=at + LEASE) == ids


def test_a_renewed_lease_holds_on_and_a_lost_one_is_named() -> None:
    (one, two, three), at = take_three(), now()
    mira, tal = uuid4(), uuid4()
    later = at + LEASE / 2
    take(mira, NextRequest(count=2), at=at)
    rule(two, Decision.APPROVED, by=mira)
    with transaction() as session:
        wanted = [one, two, three]
        renewed = renew_leases(session, wanted, Taker(mira, later, LEASE))
    assert renewed == (later + LEASE, (two, three))
    assert take(tal, at=at + LEASE) == [three]


def take_three() -> list[UUID]:
    return sorted(queue_handles(create_taken_run(), "a", "b", "c"))


def test_what_is_given_back_is_free_at_once() -> None:
    ids, mira, tal = take_three(), uuid4(), uuid4()
    take(mira)
    with transaction() as session:
        assert release_leases(session, ids, account_id=tal) == 0
        assert release_leases(session, ids[:2], account_id=mira) == 2
    assert take(tal) == ids[:2]


def test_what_one_passed_on_comes_last_and_for_oneself_after_all() -> None:
    (a, b, c), mira, tal = take_three(), uuid4(), uuid4()
    rule(a, Decision.SKIPPED, by=mira)
    rule(b, Decision.SKIPPED, by=tal)
    assert take(mira) == [c, b, a]
    with transaction() as session:
        release_leases(session, [a, b, c], account_id=mira)
    assert take(tal) == [c, a, b]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ReviewOrder.SCORE, "review_items.score DESC, review_items.id"),
        (ReviewOrder.OLDEST, "review_items.id"),
        (ReviewOrder.UNCERTAINTY, "confidence, review_items.id"),
    ],
)
def test_every_order_is_total_and_repeatable(order: ReviewOrder, expected: str) -> None:
    campaign_id = queue_many(40)
    query = text(
        "SELECT review_items.id FROM review_items "  # noqa: S608 - of this file
        f"JOIN public_profiles USING (id) ORDER BY {expected} LIMIT 10"
    )
    with transaction() as session:
        ids = list(session.scalars(query))
    for reviewer in (uuid4(), uuid4()):
        asked = NextRequest(campaign_id=campaign_id, count=10, order=order)
        assert take(reviewer, asked) == ids
        with transaction() as session:
            release_leases(session, ids, account_id=reviewer)


def test_the_maybes_are_handed_out_when_they_are_asked_for() -> None:
    (a, b, c), mira = take_three(), uuid4()
    rule(b, Decision.MAYBE)
    assert take(mira) == [a, c]
    assert take(mira, NextRequest(decision=Decision.MAYBE)) == [b]
