"""Queries and changes of what undo takes back; takes a session, never commits."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, literal, select, text
from sqlalchemy.orm import Session

from config.vocabulary import Decision, DecisionKind
from tasks.models import PublicProfile, ReviewItem, ReviewStep, ReviewVote
from tasks.reviews.undo_rules import DecidedStep

_UNDOABLE = (DecisionKind.SINGLE, DecisionKind.BATCH)
_RESTORE = text(
    """
    UPDATE review_items AS item
    SET decision = line.before, decision_id = line.previous_decision_id,
        decided_by = earlier.decided_by, decided_at = earlier.decided_at,
        reason = earlier.reason, note = earlier.note,
        leased_by = NULL, leased_until = NULL, version = item.version + 1
    FROM review_log AS line
    LEFT JOIN review_log AS earlier
      ON earlier.review_id = line.review_id
      AND earlier.decision_id = line.previous_decision_id
    WHERE line.decision_id = :decision_id AND item.id = line.review_id
      AND item.decision_id = :decision_id
    """
)
_FORGET_VOTES = text(
    """
    DELETE FROM review_votes AS vote USING review_log AS line
    WHERE line.decision_id = :decision_id AND line.vote IS NOT NULL
      AND vote.review_id = line.review_id AND vote.decision_id = line.decision_id
    """
)
_FORGET_SKIP = text(
    """
    UPDATE review_items AS item
    SET skipped_by = array_remove(item.skipped_by, line.decided_by)
    FROM review_log AS line
    WHERE line.decision_id = :decision_id AND line.after = 'skipped'
      AND item.id = line.review_id
    """
)


def find_decider(session: Session, decision_id: UUID) -> UUID | None:
    """Return who took a decision that can be undone; None if there is none."""
    return session.scalar(
        select(ReviewStep.decided_by)
        .where(ReviewStep.decision_id == decision_id, ReviewStep.kind.in_(_UNDOABLE))
        .limit(1)
    )


def list_undone(session: Session, decision_id: UUID) -> list[UUID]:
    """Return the public profiles of a decision that was undone already."""
    return list(
        session.scalars(
            select(ReviewStep.review_id)
            .where(ReviewStep.undoes == decision_id)
            .order_by(ReviewStep.review_id)
        )
    )


def lock_steps(
    session: Session, decision_id: UUID, *, account_id: UUID
) -> list[DecidedStep]:
    """Return the steps of a decision whose public profiles exist, and lock those."""
    ids = select(ReviewStep.review_id).where(ReviewStep.decision_id == decision_id)
    session.execute(
        select(ReviewItem.id)
        .where(ReviewItem.id.in_(ids))
        .order_by(ReviewItem.id)
        .with_for_update()
    ).all()
    rows = session.execute(_steps_of(decision_id, account_id))
    return [
        DecidedStep(
            review_id=row.review_id,
            campaign_id=row.campaign_id,
            handle=row.handle,
            before=Decision(row.before),
            after=Decision(row.after),
            vote=Decision(row.vote) if row.vote else None,
            kind=DecisionKind(row.kind),
            is_now=Decision(row.decision),
            decision_id_now=row.decision_id,
            own_vote_id=row.own_vote,
            has_skipped=row.has_skipped,
            version=row.version,
        )
        for row in rows
    ]


def _steps_of(decision_id: UUID, account_id: UUID) -> Select[*tuple[Any, ...]]:
    own_vote = (
        select(ReviewVote.decision_id)
        .where(
            ReviewVote.review_id == ReviewItem.id, ReviewVote.account_id == account_id
        )
        .scalar_subquery()
    )
    by_me = literal(account_id, Uuid) == any_(ReviewItem.skipped_by)
    return (
        select(
            ReviewStep.review_id,
            ReviewStep.campaign_id,
            PublicProfile.handle,
            ReviewStep.before,
            ReviewStep.after,
            ReviewStep.vote,
            ReviewStep.kind,
            ReviewItem.decision,
            ReviewItem.decision_id,
            own_vote.label("own_vote"),
            by_me.label("has_skipped"),
            ReviewItem.version,
        )
        .join(ReviewItem, ReviewItem.id == ReviewStep.review_id)
        .join(PublicProfile, PublicProfile.id == ReviewItem.id)
        .where(ReviewStep.decision_id == decision_id)
        .order_by(ReviewStep.review_id)
    )


def restore(session: Session, decision_id: UUID) -> None:
    """Put every public profile of a decision back to how it was before."""
    named = {"decision_id": decision_id}
    session.execute(_RESTORE, named)
    session.execute(_FORGET_VOTES, named)
    session.execute(_FORGET_SKIP, named)
    session.expire_all()
