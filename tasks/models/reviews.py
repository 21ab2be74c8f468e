"""What reviewers did, step by step, and the opinions they gave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base


class ReviewStep(Base):
    """
    One line of the review log: what somebody did to one public profile.

    Lines are only ever added, and stay when the public profile goes. Those of one
    campaign are a chain: each holds the hash of the one before.
    """

    __tablename__ = "review_log"
    __table_args__ = (
        Index(None, "review_id", "number"),
        Index(None, "decision_id"),
        Index(None, "decided_by", "decision_id"),
        Index(None, "undoes"),
        Index(None, "decided_at"),
    )

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    review_id: Mapped[UUID]
    decision_id: Mapped[UUID]
    kind: Mapped[str]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
    before: Mapped[str]
    after: Mapped[str]
    version: Mapped[int]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    client: Mapped[str | None]
    vote: Mapped[str | None]
    undoes: Mapped[UUID | None]
    previous_decision_id: Mapped[UUID | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class ReviewLogHead(Base):
    """The last line of a campaign's log; who adds lines holds this row."""

    __tablename__ = "review_log_heads"

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class ReviewVote(Base):
    """One reviewer's opinion where a campaign asks for more than one."""

    __tablename__ = "review_votes"

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("public_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    vote: Mapped[str]
    decision_id: Mapped[UUID]
    voted_at: Mapped[datetime]
