"""Batches of decisions, saved views of the queue, and what decisions teach."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class ReviewBatch(Record):
    """
    One decision about everything a filter found, carried out in portions.

    Its id is the decision's in the log. `conflicts` holds the first of them.
    """

    __tablename__ = "review_batches"
    __table_args__ = (
        Index(
            "ix_review_batches_unfinished",
            "heartbeat_at",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    state: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    client: Mapped[str | None]
    decided_by: Mapped[UUID]
    found_by: Mapped[dict[str, Any]]
    matched: Mapped[int] = mapped_column(server_default=text("0"))
    done: Mapped[int] = mapped_column(server_default=text("0"))
    modified: Mapped[int] = mapped_column(server_default=text("0"))
    conflicting: Mapped[int] = mapped_column(server_default=text("0"))
    conflicts: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    flow_run_id: Mapped[UUID | None]
    heartbeat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error_message: Mapped[str | None]


class ReviewBatchMember(Base):
    """
    A public profile that a batch has still to decide about.

    It refers to its batch without a foreign key, which would be checked once a row.
    """

    __tablename__ = "review_batch_members"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    review_id: Mapped[UUID] = mapped_column(primary_key=True)


class ReviewView(Record):
    """A filter and an order of the queue that somebody gave a name."""

    __tablename__ = "review_views"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE")
    )
    name: Mapped[str]
    filter: Mapped[dict[str, Any]]
    sort: Mapped[str]
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ReviewLikelihood(Base):
    """
    What the decisions of a campaign teach, and when to look at them again.

    `look_at_line` is the line of the review log at which there can be enough decisions
    at the soonest. What is learned is kept only if `generation` is what it was.
    """

    __tablename__ = "review_likelihoods"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    is_offered: Mapped[bool] = mapped_column(server_default=text("true"))
    lesson: Mapped[dict[str, Any] | None]
    generation: Mapped[int] = mapped_column(server_default=text("0"))
    look_at_line: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    dispatch_at: Mapped[datetime | None]
    """It is being learned; if nothing comes of it, it is dispatched again then."""

    attempt: Mapped[int] = mapped_column(server_default=text("0"))
