"""Acquired public profiles and their scores, and the queue they wait in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class PublicProfile(Record):
    """
    What a source states about one profile; a column without a value is unknown.

    Identity is (campaign, platform, handle), the handle without regard to case and
    with its server where the platform has many.
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
    joined_at: Mapped[datetime | None]
    last_post_at: Mapped[datetime | None]
    reactions_per_post: Mapped[float | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What else the recipe read, by the recipe's own names."""

    score: Mapped[int]
    score_parts: Mapped[list[Any]] = mapped_column(JSON)
    """Kept as it was written, and cheaper to write than as jsonb; not queried."""

    confidence: Mapped[float]
    criteria_version: Mapped[int]


class EarlierScore(Base):
    """A score that another took the place of, when criteria were changed."""

    __tablename__ = "earlier_scores"

    public_profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("public_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    criteria_version: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    score_parts: Mapped[list[Any]] = mapped_column(JSON)
    confidence: Mapped[float]
    replaced_at: Mapped[datetime]


class ForgottenPerson(Base):
    """Somebody who asked to be forgotten, known only by a keyed hash."""

    __tablename__ = "forgotten_people"

    person_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """Of platform and handle (`tasks.sealing.keyed_hashes`), 32 bytes."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReviewItem(Record):
    """
    A public profile in the review queue; its id is the public profile's.

    `decision_id` is the step of the review log that put it where it is. `skipped_by`
    are reviewers who passed it on; it waits all the same.
    """

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
        Index(
            "ix_review_items_leased",
            "leased_by",
            postgresql_where=text("leased_by IS NOT NULL"),
        ),
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
    note: Mapped[str | None]
    decision_id: Mapped[UUID | None]
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    skipped_by: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), server_default=text("'{}'")
    )
    version: Mapped[int] = mapped_column(server_default=text("1"))
