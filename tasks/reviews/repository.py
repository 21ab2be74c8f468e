"""Queries and changes of the review queue; takes a session, never commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from config.errors import NotFoundError
from config.vocabulary import Decision
from tasks.models import Account, Campaign, PublicProfile, ReviewItem, ReviewVote
from tasks.reviews.likelihood import suggest
from tasks.reviews.likelihood_rows import lessons_of
from tasks.reviews.opinions import Vote, VoteRule, count_votes
from tasks.reviews.rules import Standing
from tasks.reviews.schemas import (
    CampaignResult,
    LeaseShown,
    ResultPlace,
    ReviewCard,
    ScorePartAnswer,
)
from tasks.row_copy import RowForm

_QUEUED = RowForm(ReviewItem, ("id", "campaign_id", "score", "decision"))
_RESULT_ORDER = (PublicProfile.platform, PublicProfile.handle_key)


def queue_for_review(
    session: Session, scored: Sequence[tuple[UUID, int]], *, campaign_id: UUID
) -> None:
    """Put public profiles, each with its score, before a reviewer."""
    pending = Decision.PENDING.value
    rows = ((one, campaign_id, score, pending) for one, score in scored)
    if scored:
        _QUEUED.copy(session, map(_QUEUED.pack, rows))


def count_decisions(
    session: Session, *, campaign_id: UUID | None
) -> dict[Decision, int]:
    """Return how many public profiles are in each state."""
    query = select(ReviewItem.decision, func.count()).group_by(ReviewItem.decision)
    if campaign_id is not None:
        query = query.where(ReviewItem.campaign_id == campaign_id)
    states = (word for word in Decision if word is not Decision.SKIPPED)
    counts: dict[Decision, int] = dict.fromkeys(states, 0)
    for decision, count in session.execute(query):
        counts[Decision(decision)] = count
    return counts


def get_card(session: Session, review_id: UUID) -> ReviewCard:
    """
    Return one card.

    Raises:
        NotFoundError: No such public profile is in the queue.
    """
    found = cards_of(session, [review_id])
    if not found:
        raise _no_such(review_id)
    return found[0]


def cards_of(session: Session, review_ids: Sequence[UUID]) -> list[ReviewCard]:
    """Return the cards of these ids that exist, in the order of the ids given."""
    rows = session.execute(_cards().where(ReviewItem.id.in_(review_ids)))
    found = {row[0].id: _describe(row) for row in rows}
    lessons = lessons_of(session, {card.campaign_id for card in found.values()})
    for review_id, card in found.items() if lessons else ():
        suggested = suggest(lessons.get(card.campaign_id), card)
        found[review_id] = card.model_copy(update={"likelihood": suggested})
    return [found[one] for one in review_ids if one in found]


def list_results(
    session: Session, campaign_id: UUID, *, after: ResultPlace | None, limit: int
) -> tuple[list[CampaignResult], ResultPlace | None]:
    """
    Return the next `limit` public profiles of a campaign, and where the last stands.

    Reviewed or not. Their order is that in which they are unique and indexed: what is
    added or removed meanwhile moves none of the others.
    """
    query = _results().where(PublicProfile.campaign_id == campaign_id).limit(limit)
    if after is not None:
        query = query.where(tuple_(*_RESULT_ORDER) > tuple_(*after))
    rows = session.execute(query.order_by(*_RESULT_ORDER)).all()
    found = [CampaignResult.model_validate(row) for row in rows]
    return found, ResultPlace(rows[-1].platform, rows[-1].handle_key) if rows else None


def lock_standing(
    session: Session, review_id: UUID, *, account_id: UUID
) -> tuple[Standing, VoteRule]:
    """
    Return how a public profile of the queue stands before somebody, and lock it.

    Raises:
        NotFoundError: It is not in the queue.
    """
    item = session.scalar(
        select(ReviewItem)
        .where(ReviewItem.id == review_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise _no_such(review_id)
    rule = session.scalar(
        select(Campaign.review_rule).where(Campaign.id == item.campaign_id)
    )
    standing = Standing(
        id=item.id,
        campaign_id=item.campaign_id,
        decision=Decision(item.decision),
        decision_id=item.decision_id,
        decided_by=item.decided_by,
        leased_by=item.leased_by,
        leased_until=item.leased_until,
        has_skipped=account_id in item.skipped_by,
        version=item.version,
    )
    return standing, VoteRule(**(rule or {}))


def change_item(session: Session, review_id: UUID, **values: Any) -> None:
    """Store new values of a locked public profile of the queue; its lease ends."""
    session.execute(
        update(ReviewItem)
        .where(ReviewItem.id == review_id)
        .values(leased_by=None, leased_until=None, **values),
        execution_options={"synchronize_session": False},
    )


def note_skip(session: Session, review_id: UUID, *, account_id: UUID) -> None:
    """Put a public profile at the end of the queue, and out of somebody's hands."""
    skipped = func.array_append(ReviewItem.skipped_by, account_id)
    change_item(session, review_id, skipped_by=skipped)


def list_votes(session: Session, review_id: UUID) -> list[Vote]:
    """Return the opinions about a public profile so far."""
    given = session.scalars(
        select(ReviewVote)
        .where(ReviewVote.review_id == review_id)
        .execution_options(populate_existing=True)
    )
    return [Vote(one.account_id, Decision(one.vote), one.decision_id) for one in given]


def add_vote(session: Session, review_id: UUID, vote: Vote, *, at: datetime) -> None:
    """Keep an opinion; a person has one about a public profile."""
    session.execute(
        insert(ReviewVote).values(
            review_id=review_id,
            account_id=vote.account_id,
            vote=vote.decision,
            decision_id=vote.decision_id,
            voted_at=at,
        )
    )


def forget_votes(session: Session, review_id: UUID) -> None:
    """Let everybody be asked again; the log keeps what they said."""
    session.execute(
        delete(ReviewVote).where(ReviewVote.review_id == review_id),
        execution_options={"synchronize_session": False},
    )


def _no_such(review_id: UUID) -> NotFoundError:
    return NotFoundError(f"no public profile {review_id} is in the review queue")


def _cards() -> Select[*tuple[Any, ...]]:
    decider, holder = aliased(Account), aliased(Account)
    is_held = ReviewItem.leased_until > func.now()
    opinions = (
        select(func.array_agg(ReviewVote.vote))
        .where(ReviewVote.review_id == ReviewItem.id)
        .scalar_subquery()
    )
    return (
        select(
            ReviewItem,
            PublicProfile,
            decider.display_name.label("decider"),
            holder.display_name.label("holder"),
            is_held.label("is_held"),
            Campaign.review_rule.label("rule"),
            opinions.label("opinions"),
        )
        .join(PublicProfile, PublicProfile.id == ReviewItem.id)
        .join(Campaign, Campaign.id == ReviewItem.campaign_id)
        .outerjoin(decider, decider.id == ReviewItem.decided_by)
        .outerjoin(holder, and_(holder.id == ReviewItem.leased_by, is_held))
    )


def _results() -> Select[*tuple[Any, ...]]:
    own = CampaignResult.model_fields.keys() & PublicProfile.__table__.columns.keys()
    return (
        select(
            *(getattr(PublicProfile, name) for name in sorted(own)),
            PublicProfile.handle_key,
            PublicProfile.created_at.label("acquired_at"),
            PublicProfile.score_parts.label("parts"),
            ReviewItem.decision.label("status"),
            Account.display_name.label("decided_by_name"),
            ReviewItem.decided_at,
            ReviewItem.reason,
            ReviewItem.note,
        )
        .outerjoin(ReviewItem, ReviewItem.id == PublicProfile.id)
        .outerjoin(Account, Account.id == ReviewItem.decided_by)
    )


def _lease_of(row: Row[*tuple[Any, ...]]) -> LeaseShown | None:
    item: ReviewItem = row[0]
    if not row.is_held or item.leased_by is None or item.leased_until is None:
        return None
    return LeaseShown(by=item.leased_by, by_name=row.holder, until=item.leased_until)


def _describe(row: Row[*tuple[Any, ...]]) -> ReviewCard:
    item: ReviewItem = row[0]
    public_profile: PublicProfile = row[1]
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
        joined_at=public_profile.joined_at,
        last_post_at=public_profile.last_post_at,
        reactions_per_post=public_profile.reactions_per_post,
        extra=public_profile.extra,
        acquired_at=public_profile.created_at,
        score=item.score,
        confidence=public_profile.confidence,
        parts=tuple(ScorePartAnswer(**part) for part in public_profile.score_parts),
        status=Decision(item.decision),
        decided_by=item.decided_by,
        decided_by_name=row.decider,
        decided_at=item.decided_at,
        decision_id=item.decision_id,
        reason=item.reason,
        note=item.note,
        version=item.version,
        lease=_lease_of(row),
        votes=count_votes(row.opinions or (), VoteRule(**row.rule)),
    )
