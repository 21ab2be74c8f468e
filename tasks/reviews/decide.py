"""Record decisions and who took them; each is safe to repeat."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ConflictError
from config.vocabulary import Decision
from tasks.events.outbox import record_event, record_events
from tasks.events.types import ProfileDecided, ProfilesDecided
from tasks.reviews.repository import decide_many, get_card, lock_review_items
from tasks.reviews.schemas import BatchDecisionAnswer, ReviewCard, Ruling


class DecidedElsewhereError(ConflictError):
    """Somebody else decided first, or the reviewer saw an older version."""

    code = "already_decided"

    def __init__(self, card: ReviewCard) -> None:
        super().__init__(
            f"@{card.handle} is {card.status} already; look again before deciding",
            details={
                "status": card.status,
                "decidedBy": str(card.decided_by) if card.decided_by else None,
                "version": card.version,
            },
        )


def decide(
    session: Session,
    review_id: UUID,
    *,
    ruling: Ruling,
    seen_version: int | None,
) -> ReviewCard:
    """
    Store one decision about one public profile, and return its card.

    The same decision again changes nothing. `pending` takes a decision back.

    Raises:
        NotFoundError: It is not in the queue.
        DecidedElsewhereError: It was decided otherwise, or since `seen_version`.
    """
    lock_review_items(session, [review_id])
    card = get_card(session, review_id)
    if card.status == ruling.decision:
        return card
    changed_since = seen_version is not None and seen_version != card.version
    overrules = Decision.PENDING not in {card.status, ruling.decision}
    if changed_since or overrules:
        raise DecidedElsewhereError(card)
    decide_many(session, [review_id], ruling=ruling)
    decided = ProfileDecided(
        campaign_id=card.campaign_id,
        profile_id=review_id,
        profile=f"@{card.handle}",
        decision=ruling.decision,
        decided_by=str(ruling.decided_by),
    )
    record_event(session, decided)
    session.expire_all()
    return get_card(session, review_id)


def decide_batch(
    session: Session, review_ids: Sequence[UUID], *, ruling: Ruling
) -> BatchDecisionAnswer:
    """Decide about those of the given public profiles that still wait."""
    items = lock_review_items(session, review_ids)
    waiting = [one for one in items if one.decision == Decision.PENDING]
    if waiting:
        decide_many(session, [one.id for one in waiting], ruling=ruling)
    campaigns = groupby(sorted(one.campaign_id for one in waiting))
    record_events(
        session,
        [
            ProfilesDecided(
                campaign_id=campaign_id,
                decision=ruling.decision,
                modified=len(list(group)),
                decided_by=str(ruling.decided_by),
            )
            for campaign_id, group in campaigns
        ],
    )
    return BatchDecisionAnswer(matched=len(items), modified=len(waiting))
