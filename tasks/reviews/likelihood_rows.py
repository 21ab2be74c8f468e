"""What decisions taught, campaign by campaign; takes a session, never commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tasks.models import Campaign, ReviewItem, ReviewLikelihood, ReviewLogHead
from tasks.reviews.likelihood import DECISIONS_NEEDED, next_target
from tasks.reviews.likelihood_schemas import Lesson
from tasks.reviews.rules import FINAL

PATIENCE = timedelta(minutes=2)
"""After the first dispatch; doubled with each that nothing came of."""

LONGEST_PATIENCE = timedelta(hours=4)


class Due(NamedTuple):
    """A campaign whose decisions are to be learned from."""

    campaign_id: UUID
    generation: int
    counted: int


class Standing(NamedTuple):
    """How it stands with the suggestions of a campaign."""

    is_offered: bool
    generation: int
    lesson: Lesson | None


def lessons_of(session: Session, campaign_ids: Collection[UUID]) -> dict[UUID, Lesson]:
    """Return what was learned of each campaign where it is offered."""
    rows = session.execute(
        select(ReviewLikelihood.campaign_id, ReviewLikelihood.lesson).where(
            ReviewLikelihood.campaign_id.in_(campaign_ids),
            ReviewLikelihood.is_offered,
            ReviewLikelihood.lesson["state"].astext == "offered",
        )
    )
    return {row.campaign_id: Lesson.model_validate(row.lesson) for row in rows}


def get_likelihood(session: Session, campaign_id: UUID) -> Standing:
    """Return how it stands with a campaign; nothing is known of most."""
    row = session.execute(
        select(
            ReviewLikelihood.is_offered,
            ReviewLikelihood.generation,
            ReviewLikelihood.lesson,
        ).where(ReviewLikelihood.campaign_id == campaign_id)
    ).first()
    if row is None:
        return Standing(is_offered=True, generation=0, lesson=None)
    lesson = Lesson.model_validate(row.lesson) if row.lesson else None
    return Standing(row.is_offered, row.generation, lesson)


def count_final(session: Session, campaign_id: UUID) -> int:
    """Return how many of a campaign are approved or rejected now."""
    return session.scalar(select(func.count()).where(*_final(campaign_id))) or 0


def list_newest_final(
    session: Session, campaign_id: UUID, *, limit: int
) -> Sequence[UUID]:
    """Return the ids of those approved or rejected last."""
    return session.scalars(
        select(ReviewItem.id)
        .where(*_final(campaign_id))
        .order_by(ReviewItem.decided_at.desc(), ReviewItem.id)
        .limit(limit)
    ).all()


def last_line(session: Session, campaign_id: UUID) -> int:
    """Return the number of the last line of a campaign's review log."""
    query = select(ReviewLogHead.number).where(ReviewLogHead.campaign_id == campaign_id)
    return session.scalar(query) or 0


def switch(session: Session, campaign_id: UUID, *, is_offered: bool) -> None:
    """Switch suggestions on or off; what was learned is forgotten either way."""
    values = {"is_offered": is_offered}
    made = insert(ReviewLikelihood).values(campaign_id=campaign_id, **values)
    session.execute(
        made.on_conflict_do_update(
            index_elements=["campaign_id"], set_={**values, **_nothing_learned()}
        )
    )


def forget_lessons(session: Session, campaign_ids: Collection[UUID]) -> None:
    """Forget what was learned in campaigns; it is learned anew from who is left."""
    session.execute(
        update(ReviewLikelihood)
        .where(ReviewLikelihood.campaign_id.in_(campaign_ids))
        .values(**_nothing_learned()),
        execution_options={"synchronize_session": False},
    )


def take_due(session: Session, *, now: datetime) -> list[Due]:
    """
    Return the campaigns with enough new decisions, and note that they are dispatched.

    Decisions are counted only where the review log has grown by as many lines as
    decisions were missing, so that to look costs next to nothing.
    """
    own = ReviewLikelihood
    rows = session.execute(
        select(ReviewLogHead.campaign_id, ReviewLogHead.number, own.attempt)
        .join(Campaign, Campaign.id == ReviewLogHead.campaign_id)
        .outerjoin(own, own.campaign_id == ReviewLogHead.campaign_id)
        .where(
            ReviewLogHead.number >= func.coalesce(own.look_at_line, 0),
            ReviewLogHead.number >= DECISIONS_NEEDED,
            func.coalesce(own.is_offered, True),
            or_(own.dispatch_at.is_(None), own.dispatch_at <= now),
        )
        .order_by(ReviewLogHead.campaign_id)
    ).all()
    due = []
    for campaign_id, line, attempt in rows:
        standing = get_likelihood(session, campaign_id)
        counted = count_final(session, campaign_id)
        missing = next_target(standing.lesson) - counted
        if missing > 0:
            _store(session, campaign_id, {"look_at_line": line + missing})
            continue
        patience = min(PATIENCE * 2 ** min(attempt or 0, 10), LONGEST_PATIENCE)
        values = {"dispatch_at": now + patience, "attempt": (attempt or 0) + 1}
        _store(session, campaign_id, values)
        due.append(Due(campaign_id, standing.generation, counted))
    return due


def keep_lesson(
    session: Session, campaign_id: UUID, lesson: Lesson, *, generation: int, line: int
) -> bool:
    """
    Keep what was learned, unless somebody was forgotten or it was switched meanwhile.

    Args:
        session: The caller's transaction.
        campaign_id: The campaign.
        lesson: What was learned.
        generation: What it was when the decisions were read.
        line: The last of the review log then.
    """
    values = {
        "lesson": lesson.model_dump(mode="json"),
        "look_at_line": line + max(1, next_target(lesson) - lesson.counted),
        "dispatch_at": None,
        "attempt": 0,
    }
    kept = session.scalars(
        update(ReviewLikelihood)
        .where(
            ReviewLikelihood.campaign_id == campaign_id,
            ReviewLikelihood.generation == generation,
            ReviewLikelihood.is_offered,
        )
        .values(**values)
        .returning(ReviewLikelihood.campaign_id),
        execution_options={"synchronize_session": False},
    )
    return kept.first() is not None


def _final(campaign_id: UUID) -> tuple[Any, Any]:
    return (
        ReviewItem.campaign_id == campaign_id,
        ReviewItem.decision.in_(sorted(FINAL)),
    )


def _nothing_learned() -> Mapping[str, Any]:
    return {
        "lesson": null(),
        "generation": ReviewLikelihood.generation + 1,
        "look_at_line": 0,
        "dispatch_at": None,
        "attempt": 0,
    }


def _store(session: Session, campaign_id: UUID, values: Mapping[str, Any]) -> None:
    made = insert(ReviewLikelihood).values(campaign_id=campaign_id, **values)
    session.execute(
        made.on_conflict_do_update(index_elements=["campaign_id"], set_=dict(values))
    )
