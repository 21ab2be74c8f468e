"""Browser profiles we know, their folders, and the registry of open browsers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class BrowserFolder(Record):
    """A folder of browser profiles; its id is Multilogin X's own."""

    __tablename__ = "browser_folders"

    name: Mapped[str]
    comment: Mapped[str]


class BrowserProfile(Record):
    """
    A browser profile as it is shown; its id is Multilogin X's own.

    `fence` is the number of the last holder of its lock who wrote here: a holder with a
    smaller one comes too late.
    """

    __tablename__ = "browser_profiles"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "folder_id", "name"),
    )

    folder_id: Mapped[UUID]
    name: Mapped[str]
    browser_type: Mapped[str]
    os_type: Mapped[str]
    template: Mapped[str | None]
    notes: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    """Flags, fingerprint, start pages and proxy; never a password."""

    state: Mapped[str]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    state_changed_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    last_started_at: Mapped[datetime | None]


class RunningBrowser(Base):
    """
    The browser of a browser profile, from the wish to start it until it is gone.

    `selenium_url` and `port` are known once it answers. A lease that has ended has the
    browser stopped; without one it runs until somebody stops it.
    """

    __tablename__ = "running_browsers"
    __table_args__ = (Index(None, "worker"),)

    browser_profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("browser_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    fence: Mapped[int] = mapped_column(BigInteger)
    worker: Mapped[str]
    headless: Mapped[bool]
    selenium_url: Mapped[str | None]
    port: Mapped[int | None]
    unsupported: Mapped[list[Any]]
    started_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
