"""Who changed what: one entry, written in the transaction of the change itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.correlation import correlation_id
from config.schema import Schema
from tasks.models import AuditEntry, new_id
from tasks.pages import Page, PageWish, read_page


class Actor(Protocol):
    """Who makes a change: their account, and how people know them."""

    @property
    def account_id(self) -> UUID:
        """Their account."""

    @property
    def email(self) -> str:
        """Stays readable when the account is gone."""


class AuditAnswer(Schema):
    """One change, as the API shows it."""

    id: UUID
    created_at: datetime
    actor_id: UUID | None
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    correlation_id: str


def record_change(
    session: Session,
    actor: Actor,
    *,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """
    Write down a change in the caller's transaction.

    Args:
        session: The transaction that makes the change.
        actor: Who makes it.
        action: What is done, such as `account.changed`.
        subject: What it is done to: an id, or a name.
        details: Old and new values; never a secret.
    """
    entry = AuditEntry(
        id=new_id(),
        actor_id=actor.account_id,
        actor=actor.email,
        action=action,
        subject=subject,
        details=dict(details or {}),
        correlation_id=correlation_id.get(),
    )
    session.add(entry)
    session.flush()


def list_changes(session: Session, wish: PageWish) -> Page[AuditAnswer]:
    """Return one page of what was changed."""
    page = read_page(session, select(AuditEntry), wish, key=AuditEntry.id, columns={})
    return Page([AuditAnswer.model_validate(one) for one in page.rows], page.next)
