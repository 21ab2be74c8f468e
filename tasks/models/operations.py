"""Limit violations, unexpected errors, and answers kept for a repeat."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class LimitViolation(Record):
    """Somebody went over a limit; at most one row a minute for the same."""

    __tablename__ = "limit_violations"
    __table_args__ = (Index(None, "created_at"),)

    limit_class: Mapped[str]
    account_id: Mapped[UUID | None]
    address: Mapped[str]
    allowed: Mapped[int]
    refused: Mapped[int]
    method: Mapped[str]
    path: Mapped[str]
    correlation_id: Mapped[str]


class Failure(Record):
    """
    One kind of unexpected error, however often it came; its texts are masked.

    `correlation_id`, `place` and `trace` are of the last time.
    """

    __tablename__ = "failures"
    __table_args__ = (Index(None, "last_seen_at", "id"),)

    fingerprint: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    message: Mapped[str]
    place: Mapped[str]
    trace: Mapped[str]
    count: Mapped[int] = mapped_column(server_default=text("1"))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    alerted_at: Mapped[datetime]
    correlation_id: Mapped[str]


class KeptAnswer(Base):
    """
    The answer to a request under an Idempotency-Key; without a status it is under way.

    The key is kept as a SHA-256 hash together with whose it is. An answer that holds a
    secret is noted and its content is not kept.
    """

    __tablename__ = "kept_answers"
    __table_args__ = (Index(None, "expires_at"),)

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE")
    )
    claim: Mapped[UUID]
    expires_at: Mapped[datetime]
    request_hash: Mapped[str | None]
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
