"""Acquired public profiles, their scores, and what a reviewer decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Record


class PublicProfile(Record):
    """
    What a source states about one profile; a column without a value is unknown.

    Identity is (campaign, platform, handle), the handle without regard to case.
    """

    __tablename__ = "public_profiles"
    __table_args__ = (UniqueConstraint("campaign_id", "platform", "handle_key"),)

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE")
    )
    campaign_run_id: Mapped[UUID]
    platform: Mapped[str]
    handle: Mapped[str]
    handle_key: Mapped[str]
    display_name: Mapped[str | None]
    url: Mapped[str | None]
    external_id: Mapped[str | None]
    bio: Mapped[str | None]
    followers: Mapped[int | None] = mapped_column(BigInteger)
    following: Mapped[int | None] = mapped_column(BigInteger)
    posts: Mapped[int | None] = mapped_column(BigInteger)
    verified: Mapped[bool | None]
    kind: Mapped[str | None]
    location: Mapped[str | None]
    language: Mapped[str | None]
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    picture_url: Mapped[str | None]
    score: Mapped[int]
    score_parts: Mapped[list[Any]]
    confidence: Mapped[float]
    criteria_version: Mapped[int]


class ReviewItem(Record):
    """A public profile in the review queue; its id is the public profile's."""

    __tablename__ = "review_items"
    __table_args__ = (
        Index(
            "ix_review_items_pending",
            "campaign_id",
            text("score DESC"),
            "id",
            postgresql_where=text("decision = 'pending'"),
        ),
        Index(None, "decision", text("score DESC"), "id"),
    )

    id: Mapped[UUID] = mapped_column(
        ForeignKey("public_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE")
    )
    score: Mapped[int]
    decision: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
