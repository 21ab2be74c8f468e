"""Proxies, account sessions, pins, attempts, history, and what people did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class Proxy(Base):
    """
    A proxy and how it does; its password is sealed.

    `requests_this_hour` counts in the hour that `hour_started_at` names; `error_count`
    are failures in a row that were the proxy's own.
    """

    __tablename__ = "proxies"
    __table_args__ = (
        Index(
            "uq_proxies_address",
            "ip",
            "port",
            text("coalesce(username, '')"),
            unique=True,
        ),
        Index(None, "checked_at"),
        Index("ix_proxies_tags", "tags", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ip: Mapped[str]
    port: Mapped[int]
    username: Mapped[str | None]
    password_sealed: Mapped[bytes | None]
    protocol: Mapped[str] = mapped_column(server_default="http")
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    notes: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str] = mapped_column(server_default="person")
    """`person`, `import` or `multilogin`."""

    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    disabled_reason: Mapped[str | None]
    draining: Mapped[bool] = mapped_column(server_default=text("false"))
    retired_at: Mapped[datetime | None]
    total_requests: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    failed_requests: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    requests_this_hour: Mapped[int] = mapped_column(server_default=text("0"))
    hour_started_at: Mapped[datetime | None]
    error_count: Mapped[int] = mapped_column(server_default=text("0"))
    exit_address: Mapped[str | None]
    exit_country: Mapped[str | None]
    check_latency_ms: Mapped[int | None]
    check_error: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AccountSession(Base):
    """A session cookie that belongs to a proxy; sealed, found by its keyed hash."""

    __tablename__ = "account_sessions"
    __table_args__ = (
        Index(None, "proxy_id"),
        UniqueConstraint("cookie_hash"),
        UniqueConstraint("id", "proxy_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    proxy_id: Mapped[int] = mapped_column(ForeignKey("proxies.id", ondelete="CASCADE"))
    cookie_sealed: Mapped[bytes]
    cookie_hash: Mapped[bytes]
    status: Mapped[str] = mapped_column(server_default="active")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ProxyPin(Base):
    """
    An account session, its proxy and its browser profile: one row, so they move as one.

    The key over both columns goes with the account session's own, so that the two can
    never name different proxies. `down_since` is when its proxy was first found to be
    out of use; `chosen_by` is who chose its policy.
    """

    __tablename__ = "proxy_pins"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_session_id", "proxy_id"],
            ["account_sessions.id", "account_sessions.proxy_id"],
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        UniqueConstraint("browser_profile_id"),
        Index(None, "proxy_id"),
    )

    account_session_id: Mapped[int] = mapped_column(primary_key=True)
    proxy_id: Mapped[int]
    browser_profile_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("browser_profiles.id", ondelete="SET NULL")
    )
    policy: Mapped[str] = mapped_column(server_default="person")
    patience_minutes: Mapped[int] = mapped_column(server_default=text("30"))
    chosen_by: Mapped[UUID]
    chosen_by_name: Mapped[str]
    moving_to: Mapped[int | None]
    """The proxy it is about to be moved to; until that is done it waits."""

    moving_by: Mapped[UUID | None]
    moving_by_name: Mapped[str | None]
    down_since: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ProxyAttempt(Record):
    """One request through a proxy, and why this proxy; kept a short time."""

    __tablename__ = "proxy_attempts"
    __table_args__ = (
        Index(None, "proxy_id", "id"),
        Index(None, "host", "id"),
    )

    proxy_id: Mapped[int] = mapped_column(ForeignKey("proxies.id", ondelete="CASCADE"))
    host: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str]
    latency_ms: Mapped[int | None]
    why: Mapped[dict[str, Any]]


class ProxyHistory(Base):
    """
    What a proxy did in one minute, hour or day.

    `latencies` counts answers by time: its places are those of `tasks.proxies.health`,
    so that points can be added up and percentiles still be read.
    """

    __tablename__ = "proxy_history"
    __table_args__ = (Index(None, "step", "starts_at"),)

    proxy_id: Mapped[int] = mapped_column(
        ForeignKey("proxies.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    requests: Mapped[int]
    failures: Mapped[int]
    bans: Mapped[int]
    waits: Mapped[int]
    """How often somebody waited because its budget was spent."""

    latencies: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class ProxyAction(Record):
    """What a person did with a proxy, and how it stood before, to take it back."""

    __tablename__ = "proxy_actions"
    __table_args__ = (Index(None, "proxy_id", "id"),)

    proxy_id: Mapped[int] = mapped_column(ForeignKey("proxies.id", ondelete="CASCADE"))
    verb: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    done_by: Mapped[UUID]
    undone_at: Mapped[datetime | None]


class RotationTerms(Base):
    """The settings of rotation that a person changed; one row."""

    __tablename__ = "rotation_terms"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    terms: Mapped[dict[str, Any]]
    changed_by: Mapped[UUID]
    updated_at: Mapped[datetime]
