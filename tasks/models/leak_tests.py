"""Leak tests with what each found, and those that are repeated."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tasks.models.base import Record


class LeakTest(Record):
    """
    One leak test, never changed once it is there.

    `verdict` is that of IP, DNS and WebRTC together. With an `error_code` the test
    could not be carried out, and says nothing.
    """

    __tablename__ = "leak_tests"
    __table_args__ = (
        Index(None, "created_at"),
        Index("ix_leak_tests_subject", "subject_kind", "subject_id", "created_at"),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    """Of a browser profile; it may be gone by now."""

    subject_name: Mapped[str | None]
    scope: Mapped[str]
    verdict: Mapped[str]
    ip_verdict: Mapped[str]
    dns_verdict: Mapped[str]
    webrtc_verdict: Mapped[str]
    expected: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]]
    details: Mapped[dict[str, Any]]
    exit_address: Mapped[str | None]
    exit_country: Mapped[str | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    started_at: Mapped[datetime]
    took_ms: Mapped[int]
    requested_by: Mapped[UUID | None]
    schedule_id: Mapped[UUID | None]


class LeakTestSchedule(Record):
    """A leak test that is repeated; it keeps no password."""

    __tablename__ = "leak_test_schedules"
    __table_args__ = (Index(None, "next_at"),)

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    subject_name: Mapped[str | None]
    request: Mapped[dict[str, Any]]
    every_minutes: Mapped[int]
    next_at: Mapped[datetime]
    last_test_id: Mapped[UUID | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    created_by: Mapped[UUID | None]
