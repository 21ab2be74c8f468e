"""Campaigns, their runs, and what a run still has to fetch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class Campaign(Record):
    """What a person asked for: a source, criteria, a threshold, a number wanted."""

    __tablename__ = "campaigns"
    __table_args__ = (Index(None, "created_at"),)

    name: Mapped[str]
    state: Mapped[str]
    source: Mapped[dict[str, Any]]
    criteria: Mapped[dict[str, Any]]
    threshold: Mapped[int]
    wanted: Mapped[int]
    review_rule: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("""'{"opinions": 1, "of": 1}'""")
    )
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class CampaignRun(Record):
    """
    One run of a campaign: where it stands, what it counted, and who works on it.

    `attempt` is the fence: each taker raises it, and a portion is stored only by the
    taker whose number it still is.
    """

    __tablename__ = "campaign_runs"
    __table_args__ = (
        Index(None, "campaign_id", "created_at"),
        Index(
            "ix_campaign_runs_unfinished",
            "heartbeat_at",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index(
            "uq_campaign_runs_one_unfinished",
            "campaign_id",
            unique=True,
            postgresql_where=text("state NOT IN ('completed', 'failed', 'cancelled')"),
        ),
    )

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE")
    )
    state: Mapped[str]
    position: Mapped[dict[str, Any]]
    acquired: Mapped[int] = mapped_column(server_default=text("0"))
    scored: Mapped[int] = mapped_column(server_default=text("0"))
    queued: Mapped[int] = mapped_column(server_default=text("0"))
    rejected: Mapped[int] = mapped_column(server_default=text("0"))
    unreadable: Mapped[int] = mapped_column(server_default=text("0"))
    known: Mapped[int] = mapped_column(server_default=text("0"))
    barred: Mapped[int] = mapped_column(server_default=text("0"))
    """Asked to be forgotten, and were not taken in."""

    found: Mapped[int] = mapped_column(server_default=text("0"))
    """Pages, rows or records that the run met: its input, as far as it is known."""

    fates: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Fate -> how many of those came to it; the rest waits in `source_pages`."""

    listed: Mapped[int] = mapped_column(server_default=text("0"))
    """Rows of `unreadable_items` that the run has written."""

    rerun_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("campaign_runs.id", ondelete="SET NULL")
    )
    """The run of whose failures this one reads only."""

    only_values: Mapped[list[Any] | None]
    """Of a JSON interface's list of inputs, the only ones that this run asks for."""

    stage_seconds: Mapped[dict[str, Any]]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    idle_attempts: Mapped[int] = mapped_column(server_default=text("0"))
    flow_run_id: Mapped[UUID | None]
    heartbeat_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    left_out: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Browser profile -> its name, and why the run does not use it."""


class CampaignSchedule(Base):
    """When a campaign runs by itself, and what came of the last time."""

    __tablename__ = "campaign_schedules"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    cron: Mapped[str]
    timezone: Mapped[str]
    is_on: Mapped[bool]
    next_at: Mapped[datetime | None]
    """The time that is waited for; whoever comes then first sets the one after it."""

    last_at: Mapped[datetime | None]
    last_run_id: Mapped[UUID | None]
    """The run that was begun at the last time; None if it was left out."""

    left_out: Mapped[str | None]
    """Why no run was begun at the last time."""

    updated_at: Mapped[datetime]


class SourcePage(Base):
    """A page that a listing named: `waiting`, `done`, or the fate that it failed by."""

    __tablename__ = "source_pages"
    __table_args__ = (
        UniqueConstraint("campaign_run_id", "url"),
        Index(
            "ix_source_pages_waiting",
            "campaign_run_id",
            "number",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_run_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign_runs.id", ondelete="CASCADE")
    )
    url: Mapped[str]
    state: Mapped[str]
    items: Mapped[int] = mapped_column(server_default=text("1"))
    """Records that it is about; one, but for details that are asked for together."""


class UnreadableItem(Base):
    """A row or page that could not be read: where it is, and why."""

    __tablename__ = "unreadable_items"
    __table_args__ = (Index(None, "campaign_run_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_run_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign_runs.id", ondelete="CASCADE")
    )
    reference: Mapped[str]
    reason: Mapped[str]
    fate: Mapped[str | None]
    """What it counts as; null for a value left unknown in an item that was kept."""


class FailurePicture(Record):
    """What a browser showed when a page of a run could not be read, as PNG."""

    __tablename__ = "failure_pictures"
    __table_args__ = (Index(None, "campaign_run_id", "id"),)

    campaign_run_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign_runs.id", ondelete="CASCADE")
    )
    url: Mapped[str]
    reason: Mapped[str]
    browser_profile_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PageMark(Base):
    """How to ask a host whether a page has changed since a campaign read it."""

    __tablename__ = "page_marks"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    url_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """BLAKE2b of the address, 16 bytes; addresses may be longer than an index takes."""

    recipe: Mapped[str]
    """Name and version it was read with; with another it is read anew."""

    etag: Mapped[str | None]
    last_modified: Mapped[str | None]


class UploadedTable(Record):
    """A table somebody uploaded; its bytes lie in pieces, for every worker to see."""

    __tablename__ = "uploaded_tables"

    name: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    uploaded_by: Mapped[UUID | None]


class UploadedPiece(Base):
    """One piece of an uploaded table; all but the last are of the same size."""

    __tablename__ = "uploaded_pieces"

    table_id: Mapped[UUID] = mapped_column(
        ForeignKey("uploaded_tables.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
