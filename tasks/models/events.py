"""The outbox: every change of state, and its place in the single order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base


class TrackingEvent(Base):
    """
    One event, or many alike, written in the transaction it tells of.

    `number` is the order of writing, which interleaved commits may break; `position`
    is given by the relay after the commit and is the order everybody sees. Of many,
    each has a position of its own, and the row's is that of the last.
    """

    __tablename__ = "tracking_events"
    __table_args__ = (
        Index(None, "position", unique=True),
        Index(
            "ix_tracking_events_unordered",
            "number",
            postgresql_where=text("position IS NULL"),
        ),
        Index(None, "campaign_id", "number"),
    )

    number: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), primary_key=True
    )
    position: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str]
    campaign_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    """The only person who is told; NULL: everybody who may follow."""

    data: Mapped[dict[str, Any]]
    size: Mapped[int] = mapped_column(server_default=text("1"))
    """How many events the row tells of."""

    alike: Mapped[list[Any] | None] = mapped_column(JSON)
    """What each of many says beside `data`; NULL for a single event."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
