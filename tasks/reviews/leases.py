"""Hand out public profiles of the queue: each to one reviewer, for minutes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    any_,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from config.vocabulary import Decision, ReviewOrder
from tasks.models import Campaign, PublicProfile, ReviewItem, ReviewVote
from tasks.reviews.step_schemas import NextRequest

COUNTED_UP_TO = 10_000
"""More than these wait for longer than their number is of use, and counting takes."""

_OPEN = (Decision.PENDING, Decision.MAYBE)


class Taker(NamedTuple):
    """Who takes public profiles, when, and for how long."""

    account_id: UUID
    now: datetime
    lease: timedelta

    @property
    def until(self) -> datetime:
        """When the leases end that are given now."""
        return self.now + self.lease


class Renewed(NamedTuple):
    """Until when the renewed leases hold, and which public profiles are lost."""

    until: datetime
    lost: tuple[UUID, ...]


def take_next(session: Session, asked: NextRequest, taker: Taker) -> list[UUID]:
    """
    Lease the next public profiles to a reviewer, and return their ids in order.

    First those that the reviewer holds anyway, then those that nobody passed on, then
    those that others passed on, at last those that the reviewer did. Rows that
    somebody else takes in this moment are left out, so nobody waits for anybody.
    """
    # Not by its cardinality, of which the planner has no statistics.
    untouched = ReviewItem.skipped_by == literal([], ARRAY(Uuid))
    by_me = literal(taker.account_id, Uuid) == any_(ReviewItem.skipped_by)
    last = (by_me, func.cardinality(ReviewItem.skipped_by))
    stages: list[tuple[list[ColumnElement[bool]], tuple[Any, ...]]] = [
        ([_is_free(taker), untouched], ()),
        ([_is_free(taker), ~untouched], last),
    ]
    if held := _held_by(session, taker):
        # By their ids for the planner; and held still when they are locked.
        stages.insert(0, ([ReviewItem.id.in_(held), *_is_mine(taker)], ()))
    chosen: list[UUID] = []
    for conditions, order in stages:
        room = asked.count - len(chosen)
        if room <= 0:
            break
        query = _waiting_for(asked, taker, besides=[*asked.having, *chosen])
        query = query.where(*conditions).order_by(*order, *_order_of(asked.order))
        query = query.limit(room).with_for_update(of=ReviewItem, skip_locked=True)
        chosen += session.scalars(query).all()
    _hold(session, chosen, taker)
    return chosen


def count_waiting(session: Session, asked: NextRequest) -> int | None:
    """Return how many public profiles wait, whoever holds them; None for too many."""
    some = select(ReviewItem.id).where(ReviewItem.decision == asked.decision)
    if asked.campaign_id is not None:
        some = some.where(ReviewItem.campaign_id == asked.campaign_id)
    some = some.limit(COUNTED_UP_TO + 1)
    count = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return count if count <= COUNTED_UP_TO else None


def renew_leases(session: Session, review_ids: Sequence[UUID], taker: Taker) -> Renewed:
    """
    Let a reviewer hold on to public profiles that are still theirs.

    A lease that ended is renewed too, if nobody took it and nobody decided.
    """
    held = session.scalars(
        _own(review_ids, taker.account_id)
        .where(ReviewItem.decision.in_(_OPEN))
        .order_by(ReviewItem.id)
        .with_for_update()
    ).all()
    _hold(session, held, taker)
    lost = set(review_ids) - set(held)
    return Renewed(taker.until, tuple(one for one in review_ids if one in lost))


def release_leases(
    session: Session, review_ids: Sequence[UUID], *, account_id: UUID
) -> int:
    """Give back what a reviewer holds of these, and return how many that were."""
    held = session.scalars(
        _own(review_ids, account_id).order_by(ReviewItem.id).with_for_update()
    ).all()
    _set_lease(session, held, by=None, until=None)
    return len(held)


def _waiting_for(
    asked: NextRequest, taker: Taker, *, besides: Collection[UUID]
) -> Select[UUID]:
    query = select(ReviewItem.id).where(ReviewItem.decision == asked.decision)
    if asked.campaign_id is not None:
        query = query.where(ReviewItem.campaign_id == asked.campaign_id)
    if asked.order is ReviewOrder.UNCERTAINTY:
        query = query.join(PublicProfile, PublicProfile.id == ReviewItem.id)
    if besides:
        query = query.where(ReviewItem.id.not_in(besides))
    own_vote = select(ReviewVote.vote).where(
        ReviewVote.review_id == ReviewItem.id,
        ReviewVote.account_id == taker.account_id,
    )
    return query.where(~own_vote.exists(), _one_more_counts())


def _one_more_counts() -> ColumnElement[bool]:
    """
    Whether a further opinion would be taken; if not, no further look is worth it.

    Looked up for each row that is given out: joined, the planner would sort all that
    waits before it takes the first.
    """
    opinions, of = (
        Campaign.review_rule[word].astext.cast(Integer) for word in ("opinions", "of")
    )
    most = (
        select(of)
        .where(Campaign.id == ReviewItem.campaign_id, opinions > 1)
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    given = (
        select(func.count())
        .where(ReviewVote.review_id == ReviewItem.id)
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    return or_(most.is_(None), given < most)


def _held_by(session: Session, taker: Taker) -> Sequence[UUID]:
    # By themselves, for the planner would go through all that wait to find them.
    return session.scalars(select(ReviewItem.id).where(*_is_mine(taker))).all()


def _is_mine(taker: Taker) -> tuple[ColumnElement[bool], ...]:
    return (
        ReviewItem.leased_by == taker.account_id,
        ReviewItem.leased_until > taker.now,
    )


def _is_free(taker: Taker) -> ColumnElement[bool]:
    return or_(ReviewItem.leased_until.is_(None), ReviewItem.leased_until <= taker.now)


def _order_of(order: ReviewOrder) -> tuple[ColumnElement[Any], ...]:
    if order is ReviewOrder.UNCERTAINTY:
        return (PublicProfile.confidence.asc(), ReviewItem.id.asc())
    if order is ReviewOrder.OLDEST:
        return (ReviewItem.id.asc(),)
    return (ReviewItem.score.desc(), ReviewItem.id.asc())


def _own(review_ids: Sequence[UUID], account_id: UUID) -> Select[UUID]:
    return select(ReviewItem.id).where(
        ReviewItem.id == any_(literal(list(review_ids), ARRAY(Uuid))),
        ReviewItem.leased_by == account_id,
    )


def _hold(session: Session, review_ids: Sequence[UUID], taker: Taker) -> None:
    _set_lease(session, review_ids, by=taker.account_id, until=taker.until)


def _set_lease(
    session: Session,
    review_ids: Sequence[UUID],
    *,
    by: UUID | None,
    until: datetime | None,
) -> None:
    if review_ids:
        session.execute(
            update(ReviewItem)
            .where(ReviewItem.id.in_(review_ids))
            .values(leased_by=by, leased_until=until),
            execution_options={"synchronize_session": False},
        )
