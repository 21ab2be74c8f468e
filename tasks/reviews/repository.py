"""Queries and changes of the review queue; takes a session, never commits."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Select, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from config.errors import InvalidError, NotFoundError
from config.vocabulary import Decision
from tasks.models import PublicProfile, ReviewItem
from tasks.reviews.schemas import ReviewCard, Ruling, ScorePartAnswer

_QUEUE = text(
    """
    INSERT INTO review_items (id, campaign_id, score, decision)
    SELECT id, :campaign_id, score, 'pending'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS queued (id uuid, score int)
    """
)


class Place(NamedTuple):
    """A card's place in the queue: highest score first, then oldest first."""

    score: int
    id: UUID


def queue_for_review(
    session: Session, scored: Sequence[tuple[UUID, int]], *, campaign_id: UUID
) -> None:
    """Put public profiles, each with its score, before a reviewer."""
    if scored:
        rows = [{"id": one, "score": score} for one, score in scored]
        session.execute(
            _QUEUE, {"rows": orjson.dumps(rows).decode(), "campaign_id": campaign_id}
        )


def list_cards(
    session: Session,
    *,
    campaign_id: UUID | None,
    decision: Decision | None,
    after: Place | None,
    limit: int,
) -> list[ReviewCard]:
    """Return cards of the queue in its order, from the place after `after`."""
    query = _cards().order_by(ReviewItem.score.desc(), ReviewItem.id).limit(limit)
    if campaign_id is not None:
        query = query.where(ReviewItem.campaign_id == campaign_id)
    if decision is not None:
        query = query.where(ReviewItem.decision == decision)
    if after is not None:
        query = query.where(
            or_(
                ReviewItem.score < after.score,
                and_(ReviewItem.score == after.score, ReviewItem.id > after.id),
            )
        )
    return [_describe(*row) for row in session.execute(query)]


def count_decisions(
    session: Session, *, campaign_id: UUID | None
) -> dict[Decision, int]:
    """Return how many public profiles wait, were approved and were rejected."""
    query = select(ReviewItem.decision, func.count()).group_by(ReviewItem.decision)
    if campaign_id is not None:
        query = query.where(ReviewItem.campaign_id == campaign_id)
    counts = dict.fromkeys(Decision, 0)
    for decision, count in session.execute(query):
        counts[Decision(decision)] = count
    return counts


def get_card(session: Session, review_id: UUID) -> ReviewCard:
    """
    Return one card.

    Raises:
        NotFoundError: No such public profile is in the queue.
    """
    row = session.execute(_cards().where(ReviewItem.id == review_id)).first()
    if row is None:
        raise NotFoundError(f"no public profile {review_id} is in the review queue")
    return _describe(*row)


def lock_review_items(
    session: Session, review_ids: Sequence[UUID]
) -> Sequence[ReviewItem]:
    """Return the rows of these ids that exist, locked in the order of their ids."""
    return session.scalars(
        select(ReviewItem)
        .where(ReviewItem.id.in_(review_ids))
        .order_by(ReviewItem.id)
        .with_for_update()
    ).all()


def decide_many(
    session: Session,
    review_ids: Sequence[UUID],
    *,
    ruling: Ruling,
) -> None:
    """Store one decision about many public profiles."""
    session.execute(
        update(ReviewItem)
        .where(ReviewItem.id.in_(review_ids))
        .values(
            decision=ruling.decision,
            decided_by=ruling.decided_by,
            decided_at=ruling.decided_at,
            reason=ruling.reason,
            version=ReviewItem.version + 1,
        ),
        execution_options={"synchronize_session": False},
    )


def read_place(cursor: str) -> Place:
    """
    Return the place that a page's `next` names.

    Raises:
        InvalidError: It is not one of ours.
    """
    score, _, review_id = cursor.partition("_")
    try:
        return Place(int(score), UUID(review_id))
    except ValueError:
        raise InvalidError(
            "not a place in the queue; take `next` of the page before", field="after"
        ) from None


def _cards() -> Select[ReviewItem, PublicProfile]:
    return select(ReviewItem, PublicProfile).join(
        PublicProfile, PublicProfile.id == ReviewItem.id
    )


def _describe(item: ReviewItem, public_profile: PublicProfile) -> ReviewCard:
    return ReviewCard(
        id=item.id,
        campaign_id=item.campaign_id,
        platform=public_profile.platform,
        handle=public_profile.handle,
        display_name=public_profile.display_name,
        url=public_profile.url,
        external_id=public_profile.external_id,
        bio=public_profile.bio,
        followers=public_profile.followers,
        following=public_profile.following,
        posts=public_profile.posts,
        verified=public_profile.verified,
        kind=public_profile.kind,
        location=public_profile.location,
        language=public_profile.language,
        topics=tuple(public_profile.topics),
        picture_url=public_profile.picture_url,
        acquired_at=public_profile.created_at,
        score=item.score,
        confidence=public_profile.confidence,
        parts=tuple(ScorePartAnswer(**part) for part in public_profile.score_parts),
        status=Decision(item.decision),
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        reason=item.reason,
        version=item.version,
    )
