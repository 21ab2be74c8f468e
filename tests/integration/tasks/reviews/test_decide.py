"""A decision is taken once, by one person, and can be taken back."""

from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.errors import ConflictError, NotFoundError
from config.vocabulary import Decision, DecisionKind, Role
from tasks.database import transaction
from tasks.reviews.decide import DecidedElsewhereError, NotDecidedError
from tasks.reviews.history import list_earlier, list_history
from tasks.reviews.repository import count_decisions
from tests.factories.accounts import create_account
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.review_queue import queue_many
from tests.factories.reviews import reopen_again, rule

pytestmark = pytest.mark.usefixtures("database")

RACES = 1_000


def queued() -> UUID:
    (mira,) = queue_handles(create_taken_run(), "mira")
    return mira


def all_ids() -> list[UUID]:
    with transaction() as session:
        return list(session.scalars(text("SELECT id FROM review_items ORDER BY id")))


def test_a_decision_shows_who_took_it_and_what_they_said() -> None:
    reviewer = create_account(Role.REVIEWER)
    card = rule(
        queued(),
        Decision.APPROVED,
        by=reviewer,
        reason="clear",
        note="ask again",
        client="tests",
    )
    assert (card.status, card.version) == (Decision.APPROVED, 2)
    assert (card.decided_by, card.decided_by_name) == (reviewer, "The reviewer")
    assert (card.reason, card.note) == ("clear", "ask again")
    with transaction() as session:
        (step,) = list_history(session, card.id)
    assert (step.before, step.after) == (Decision.PENDING, Decision.APPROVED)
    assert (step.decision_id, step.by_name) == (card.decision_id, "The reviewer")
    assert (step.client, step.version, step.at) == ("tests", 2, card.decided_at)


@pytest.mark.parametrize(
    "decision", [Decision.APPROVED, Decision.REJECTED, Decision.MAYBE, Decision.SKIPPED]
)
def test_the_same_again_by_the_same_person_changes_nothing(decision: Decision) -> None:
    mira, reviewer = queued(), uuid4()
    first = rule(mira, decision, by=reviewer, seen_version=1)
    assert first.decision_id is not None
    assert rule(mira, decision, by=reviewer, seen_version=1) == first
    with transaction() as session:
        assert len(list_history(session, mira)) == 1


def test_nobody_overrules_without_looking_again() -> None:
    mira = queued()
    rule(mira, Decision.APPROVED)
    with pytest.raises(DecidedElsewhereError, match="@mira is approved already"):
        rule(mira, Decision.REJECTED)
    with pytest.raises(DecidedElsewhereError):
        rule(mira, Decision.APPROVED)


def test_a_decision_about_an_older_version_is_refused() -> None:
    mira = queued()
    rule(mira, Decision.APPROVED)
    rule(mira, Decision.PENDING)
    with pytest.raises(DecidedElsewhereError):
        rule(mira, Decision.REJECTED, seen_version=1)


def test_a_decision_taken_back_waits_again() -> None:
    mira = queued()
    rule(mira, Decision.REJECTED)
    assert rule(mira, Decision.PENDING).status is Decision.PENDING


def test_a_maybe_is_put_aside_and_decided_later() -> None:
    mira = queued()
    assert rule(mira, Decision.MAYBE).status is Decision.MAYBE
    with transaction() as session:
        counts = count_decisions(session, campaign_id=None)
    assert counts == {"pending": 0, "approved": 0, "rejected": 0, "maybe": 1}
    assert rule(mira, Decision.APPROVED, seen_version=2).status is Decision.APPROVED


def test_what_is_skipped_goes_on_waiting() -> None:
    card = rule(queued(), Decision.SKIPPED)
    assert (card.status, card.version) == (Decision.PENDING, 1)
    assert rule(card.id, Decision.APPROVED, seen_version=1).version == 2


def test_a_public_profile_outside_the_queue_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        rule(uuid4(), Decision.APPROVED)
    with transaction() as session, pytest.raises(NotFoundError):
        list_history(session, uuid4())


def test_what_is_reopened_waits_again_and_carries_its_history() -> None:
    mira, reviewer = queued(), create_account(Role.REVIEWER)
    rule(mira, Decision.REJECTED, reason="no pictures")
    card = reopen_again(mira, by=reviewer, reason="there are pictures now")
    assert (card.status, card.version) == (Decision.PENDING, 3)
    assert reopen_again(mira, by=reviewer, reason="there are pictures now") == card
    rule(mira, Decision.APPROVED, seen_version=3)
    with transaction() as session:
        steps = list_history(session, mira)
    assert [(one.kind, one.after, one.reason) for one in steps] == [
        (DecisionKind.SINGLE, Decision.REJECTED, "no pictures"),
        (DecisionKind.REOPEN, Decision.PENDING, "there are pictures now"),
        (DecisionKind.SINGLE, Decision.APPROVED, None),
    ]


def test_what_nobody_decided_cannot_be_reopened() -> None:
    with pytest.raises(NotDecidedError):
        reopen_again(queued(), by=uuid4(), reason="a slip")


def test_decisions_about_the_same_person_in_other_campaigns_are_shown() -> None:
    first, other, here = (
        queue_handles(create_taken_run(name=name), handle)[0]
        for name, handle in (("One", "Mira"), ("Two", "tal"), ("Three", "mira"))
    )
    rule(first, Decision.REJECTED, reason="closed")
    rule(other, Decision.APPROVED)
    with transaction() as session:
        (earlier,) = list_earlier(session, here)
    assert (earlier.id, earlier.campaign_name) == (first, "One")
    assert (earlier.decision, earlier.reason) == (Decision.REJECTED, "closed")


def test_of_two_who_decide_in_the_same_instant_exactly_one_wins() -> None:
    queue_many(RACES)
    ids, both = all_ids(), Barrier(2, timeout=60)
    won: dict[Decision, set[UUID]] = {
        Decision.APPROVED: set(),
        Decision.REJECTED: set(),
    }
    odd: list[Exception] = []

    def decide_all(decision: Decision) -> None:
        reviewer = uuid4()
        for one in ids:
            both.wait()
            try:
                rule(one, decision, by=reviewer, seen_version=1)
                won[decision].add(one)
            except DecidedElsewhereError:
                continue
            except (ConflictError, OSError) as other:
                odd.append(other)

    threads = [Thread(target=decide_all, args=(decision,)) for decision in won]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not odd
    approved, rejected = won.values()
    assert not approved & rejected
    assert approved | rejected == set(ids)
    with transaction() as session:
        counts = count_decisions(session, campaign_id=None)
        lines = session.scalar(text("SELECT count(*) FROM review_log"))
    assert counts[Decision.APPROVED] == len(approved)
    assert lines == RACES
