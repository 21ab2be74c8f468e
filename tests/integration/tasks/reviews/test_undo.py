"""Undo puts everything back: state, counts and what was told; the log keeps both."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.clock import now
from config.errors import NotFoundError
from config.vocabulary import Decision, DecisionKind
from tasks.database import transaction
from tasks.reviews.batch import decide_at_once
from tasks.reviews.batch_schemas import BatchRuling
from tasks.reviews.history import list_history, list_own
from tasks.reviews.log import check_log, new_decision_id
from tasks.reviews.progress import measure_progress
from tasks.reviews.repository import count_decisions, get_card
from tasks.reviews.schemas import ReviewCard
from tasks.reviews.step_schemas import UndoAnswer
from tasks.reviews.undo import DecidedSinceError, OthersDecisionError, Wish, undo
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.reviews import rule

pytestmark = pytest.mark.usefixtures("database")


def queued(*handles: str) -> list[UUID]:
    return sorted(queue_handles(create_taken_run(), *(handles or ("mira",))))


def take_back(decision_id: UUID | None, *, by: UUID) -> UndoAnswer:
    assert decision_id is not None
    with transaction() as session:
        return undo(session, Wish(decision_id, by, now()))


def decide_many(ids: Sequence[UUID], decision: Decision, *, by: UUID) -> UUID:
    ruling = BatchRuling(
        decision_id=new_decision_id(),
        decision=decision,
        decided_by=by,
        decided_at=now(),
    )
    with transaction() as session:
        decide_at_once(session, ids, ruling)
    return ruling.decision_id


def card_of(review_id: UUID) -> ReviewCard:
    with transaction() as session:
        return get_card(session, review_id)


def counts() -> dict[Decision, int]:
    with transaction() as session:
        return count_decisions(session, campaign_id=None)


def events() -> list[dict[str, Any]]:
    query = text(
        "SELECT data FROM tracking_events WHERE type = 'review' ORDER BY number"
    )
    with transaction() as session:
        return list(session.scalars(query))


def test_undo_restores_state_counts_and_tracking_and_the_log_keeps_both() -> None:
    (mira,), reviewer = queued(), uuid4()
    before, counted = card_of(mira), counts()
    decided = rule(mira, Decision.APPROVED, by=reviewer)
    answer = take_back(decided.decision_id, by=reviewer)
    assert (answer.undone, answer.ids) == (1, (mira,))
    assert card_of(mira) == before.model_copy(update={"version": 3})
    assert counts() == counted
    told = [(one["decision"], one.get("undoes")) for one in events()]
    assert told == [("approved", None), ("pending", str(decided.decision_id))]
    with transaction() as session:
        steps = list_history(session, mira)
        assert check_log(session) == []
        progress = measure_progress(
            session, campaign_id=None, account_id=reviewer, now=now()
        )
    assert [(one.kind, one.after, one.undoes) for one in steps] == [
        (DecisionKind.SINGLE, Decision.APPROVED, None),
        (DecisionKind.UNDO, Decision.PENDING, decided.decision_id),
    ]
    assert (progress.mine.today, progress.team.today, progress.waiting) == (0, 0, 1)


def test_undo_brings_back_the_decision_before_with_all_that_was_said() -> None:
    (mira,), reviewer = queued(), uuid4()
    aside = rule(mira, Decision.MAYBE, reason="unsure", note="ask")
    decided = rule(mira, Decision.REJECTED, by=reviewer, seen_version=2, reason="no")
    take_back(decided.decision_id, by=reviewer)
    assert card_of(mira) == aside.model_copy(update={"version": 4})


def test_undo_twice_changes_nothing_more() -> None:
    (mira,), reviewer = queued(), uuid4()
    decided = rule(mira, Decision.APPROVED, by=reviewer)
    first = take_back(decided.decision_id, by=reviewer)
    after = card_of(mira)
    assert take_back(decided.decision_id, by=reviewer) == first
    assert card_of(mira) == after
    rule(mira, Decision.REJECTED)
    assert take_back(decided.decision_id, by=reviewer) == first
    assert card_of(mira).status is Decision.REJECTED


def test_a_batch_is_undone_as_one() -> None:
    ids, reviewer = queued("a", "b", "c", "d"), uuid4()
    rule(ids[0], Decision.MAYBE)
    counted = counts()
    decision_id = decide_many(ids, Decision.REJECTED, by=reviewer)
    assert counts()[Decision.REJECTED] == 4
    assert take_back(decision_id, by=reviewer) == UndoAnswer(undone=4, ids=tuple(ids))
    assert counts() == counted
    assert card_of(ids[0]).status is Decision.MAYBE
    told = [(one["decision"], one["modified"]) for one in events() if "undoes" in one]
    assert sorted(told) == [("maybe", 1), ("pending", 3)]
    with transaction() as session:
        assert check_log(session) == []


def test_a_batch_is_not_undone_in_part() -> None:
    ids, reviewer = queued("a", "b", "c"), uuid4()
    decision_id = decide_many(ids, Decision.REJECTED, by=reviewer)
    rule(ids[1], Decision.PENDING)
    with pytest.raises(DecidedSinceError) as refused:
        take_back(decision_id, by=reviewer)
    assert refused.value.details == {"conflicts": 1, "ids": [str(ids[1])]}
    assert counts()[Decision.REJECTED] == 2


def test_only_ones_own_decisions_can_be_undone() -> None:
    (mira,) = queued()
    decided = rule(mira, Decision.APPROVED)
    with pytest.raises(OthersDecisionError):
        take_back(decided.decision_id, by=uuid4())
    with pytest.raises(NotFoundError):
        take_back(uuid4(), by=uuid4())


def test_what_was_decided_since_is_not_undone() -> None:
    (mira,), reviewer = queued(), uuid4()
    decided = rule(mira, Decision.MAYBE, by=reviewer)
    rule(mira, Decision.APPROVED, seen_version=2)
    with pytest.raises(DecidedSinceError):
        take_back(decided.decision_id, by=reviewer)
    assert card_of(mira).status is Decision.APPROVED


def test_any_of_the_last_decisions_can_be_undone() -> None:
    ids, reviewer = queued("a", "b", "c"), uuid4()
    decided = [rule(one, Decision.APPROVED, by=reviewer) for one in ids]
    take_back(decided[0].decision_id, by=reviewer)
    assert card_of(ids[0]).status is Decision.PENDING
    assert counts()[Decision.APPROVED] == 2


def test_a_skip_can_be_undone() -> None:
    (mira,), reviewer = queued(), uuid4()
    passed_on = rule(mira, Decision.SKIPPED, by=reviewer)
    take_back(passed_on.decision_id, by=reviewer)
    with transaction() as session:
        skipped = session.scalar(
            text("SELECT cardinality(skipped_by) FROM review_items")
        )
    assert skipped == 0


def test_an_opinion_can_be_undone_and_the_one_that_decided_too() -> None:
    run = create_taken_run(review_rule={"opinions": 2, "of": 3})
    (mira,), tal, oru = queue_handles(run, "mira"), uuid4(), uuid4()
    first = rule(mira, Decision.APPROVED, by=tal)
    take_back(first.decision_id, by=tal)
    rule(mira, Decision.REJECTED, by=tal)
    last = rule(mira, Decision.REJECTED, by=oru)
    assert last.status is Decision.REJECTED
    take_back(last.decision_id, by=oru)
    card = card_of(mira)
    assert card.status is Decision.PENDING
    assert card.votes is not None
    assert (card.votes.approve, card.votes.reject) == (0, 1)
    rule(mira, Decision.REJECTED, by=oru)
    assert card_of(mira).status is Decision.REJECTED


def test_ones_own_decisions_are_listed_newest_first_and_a_batch_is_one() -> None:
    ids, reviewer = queued("a", "b", "c"), uuid4()
    single = rule(ids[0], Decision.APPROVED, by=reviewer)
    batch = decide_many(ids[1:], Decision.REJECTED, by=reviewer)
    take_back(batch, by=reviewer)
    rule(ids[2], Decision.APPROVED)
    with transaction() as session:
        own = list_own(session, account_id=reviewer, limit=10)
        newest = list_own(session, account_id=reviewer, limit=1)
    assert [(one.decision_id, one.kind, one.count, one.is_undone) for one in own] == [
        (batch, DecisionKind.BATCH, 2, True),
        (single.decision_id, DecisionKind.SINGLE, 1, False),
    ]
    assert (own[0].handle, own[1].handle) == (None, single.handle)
    assert own[1].decision is Decision.APPROVED
    assert newest == own[:1]
