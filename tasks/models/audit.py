"""Who changed what in the house itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tasks.models.base import Record


class AuditEntry(Record):
    """One change by an administrator; only ever added, and kept when accounts go."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "created_at"),)

    actor_id: Mapped[UUID | None]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    correlation_id: Mapped[str]
