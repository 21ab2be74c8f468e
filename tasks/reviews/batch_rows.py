"""Queries and changes of batches of decisions; takes a session, never commits."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    any_,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from config.errors import NotFoundError
from config.vocabulary import Decision
from tasks.models import (
    Account,
    Campaign,
    ReviewBatch,
    ReviewBatchMember,
    ReviewItem,
)
from tasks.reviews.batch_schemas import BatchRuling, BatchState, SilentBatch


class BatchRow(NamedTuple):
    """A public profile of the queue, as far as a batch looks at it."""

    id: UUID
    campaign_id: UUID
    decision: str
    decision_id: UUID | None
    decided_by: UUID | None
    leased_by: UUID | None
    leased_until: datetime | None
    version: int


def lock_rows(session: Session, review_ids: Collection[UUID]) -> list[BatchRow]:
    """Return those of these public profiles that exist, locked in order of ids."""
    columns = (getattr(ReviewItem, name) for name in BatchRow._fields)
    found = session.execute(
        select(*columns)
        .where(_is_one_of(ReviewItem.id, review_ids))
        .order_by(ReviewItem.id)
        .with_for_update()
    )
    return [BatchRow(*row) for row in found]


def count_rows(session: Session, review_ids: Collection[UUID]) -> int:
    """Return how many of these public profiles exist."""
    found = session.scalars(
        select(ReviewItem.id).where(_is_one_of(ReviewItem.id, review_ids))
    )
    return len(found.all())


def change_rows(
    session: Session, review_ids: Collection[UUID], *, ruling: BatchRuling
) -> None:
    """Store one decision about locked public profiles, in one statement."""
    session.execute(
        update(ReviewItem)
        .where(_is_one_of(ReviewItem.id, review_ids))
        .values(
            decision=ruling.decision,
            decision_id=ruling.decision_id,
            decided_by=ruling.decided_by,
            decided_at=ruling.decided_at,
            reason=ruling.reason,
            note=ruling.note,
            leased_by=None,
            leased_until=None,
            version=ReviewItem.version + 1,
        ),
        execution_options={"synchronize_session": False},
    )


def ask_several(session: Session, campaign_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those campaigns that ask for more than one opinion."""
    opinions = Campaign.review_rule["opinions"].astext.cast(Integer)
    query = select(Campaign.id).where(Campaign.id.in_(campaign_ids), opinions > 1)
    return frozenset(session.scalars(query))


def names_of(session: Session, account_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of people by their ids; who is gone is left out."""
    query = select(Account.id, Account.display_name)
    found = session.execute(query.where(Account.id.in_(account_ids)))
    return {account_id: name for account_id, name in found}  # noqa: C416 - rows are no pairs to mypy


def add_batch(
    session: Session,
    ruling: BatchRuling,
    *,
    found_by: dict[str, Any],
    members: Select[UUID],
) -> None:
    """Add a batch that waits for a worker, and all that it is about."""
    batch = ReviewBatch(
        id=ruling.decision_id,
        state=BatchState.QUEUED,
        decision=ruling.decision,
        reason=ruling.reason,
        note=ruling.note,
        client=ruling.client,
        decided_by=ruling.decided_by,
        found_by=found_by,
        heartbeat_at=ruling.decided_at,
    )
    session.add(batch)
    session.flush()
    found = members.subquery()
    own = select(literal(ruling.decision_id, Uuid), found.c.id)
    session.execute(
        insert(ReviewBatchMember).from_select(["batch_id", "review_id"], own)
    )
    counted = select(func.count()).where(
        ReviewBatchMember.batch_id == ruling.decision_id
    )
    batch.matched = session.scalar(counted) or 0


def get_batch(session: Session, batch_id: UUID, *, lock: bool = False) -> ReviewBatch:
    """
    Return one batch.

    Raises:
        NotFoundError: There is none of this id.
    """
    query = select(ReviewBatch).where(ReviewBatch.id == batch_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    batch = session.scalar(query)
    if batch is None:
        raise NotFoundError(f"there is no batch {batch_id}")
    return batch


def ruling_of(batch: ReviewBatch, *, now: datetime) -> BatchRuling:
    """Return the decision that a batch carries out, as of now."""
    return BatchRuling(
        decision_id=batch.id,
        decision=Decision(batch.decision),
        decided_by=batch.decided_by,
        decided_at=now,
        reason=batch.reason,
        note=batch.note,
        client=batch.client,
    )


def take_members(session: Session, batch_id: UUID, *, limit: int) -> Sequence[UUID]:
    """
    Take the next public profiles out of what a locked batch has still to do.

    By range, not by list: a fresh table has no statistics, and the plan for a list
    took a minute.
    """
    own = ReviewBatchMember.batch_id == batch_id
    following = session.scalars(
        select(ReviewBatchMember.review_id)
        .where(own)
        .order_by(ReviewBatchMember.review_id)
        .limit(limit)
    ).all()
    if following:
        session.execute(
            delete(ReviewBatchMember).where(
                own, ReviewBatchMember.review_id <= following[-1]
            ),
            execution_options={"synchronize_session": False},
        )
    return following


def list_silent(session: Session, *, silent_since: datetime) -> list[SilentBatch]:
    """Return unfinished batches that gave no sign of life since a moment."""
    found = session.scalars(
        select(ReviewBatch)
        .where(
            ReviewBatch.state.in_((BatchState.QUEUED, BatchState.RUNNING)),
            ReviewBatch.heartbeat_at <= silent_since,
        )
        .order_by(ReviewBatch.heartbeat_at)
    )
    return [SilentBatch(one.id, one.flow_run_id, one.attempt) for one in found]


def _is_one_of(
    column: InstrumentedAttribute[UUID], values: Collection[UUID]
) -> ColumnElement[bool]:
    """One parameter, however many values: a statement of 5,000 is slow to write."""
    return column == any_(literal(list(values), ARRAY(Uuid)))
