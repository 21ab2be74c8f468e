"""Queries and changes of limit violations; takes a session, never commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.vocabulary import LimitClass
from tasks.limits.schemas import Asker, Count, ViolationAnswer
from tasks.models import LimitViolation, new_id
from tasks.pages import Page, PageWish, read_page

FORGOTTEN_AT_ONCE = 100


def add_violation(
    session: Session,
    asker: Asker,
    limit_class: LimitClass,
    count: Count,
    *,
    route: tuple[str, str],
    asked: str,
) -> None:
    """
    Add that somebody was refused.

    Args:
        session: The transaction to write in.
        asker: Who.
        limit_class: What they asked too much of.
        count: What the refused request came to.
        route: Its method and path.
        asked: Its correlation id.
    """
    session.add(
        LimitViolation(
            id=new_id(),
            limit_class=limit_class,
            account_id=asker.account_id,
            address=asker.address[:100],
            allowed=count.limit,
            refused=count.refused,
            method=route[0][:20],
            path=route[1][:500],
            correlation_id=asked,
        )
    )


def forget_violations(session: Session, *, before: datetime) -> None:
    """Delete some of those that are older, so that the table does not only grow."""
    old = (
        select(LimitViolation.id)
        .where(LimitViolation.created_at < before)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(LimitViolation).where(LimitViolation.id.in_(old)))


def list_violations(
    session: Session,
    wish: PageWish,
    *,
    limit_class: LimitClass | None = None,
    account_id: UUID | None = None,
) -> Page[ViolationAnswer]:
    """Return who was refused, one page of it."""
    query = select(LimitViolation)
    if limit_class is not None:
        query = query.where(LimitViolation.limit_class == limit_class)
    if account_id is not None:
        query = query.where(LimitViolation.account_id == account_id)
    page = read_page(session, query, wish, key=LimitViolation.id, columns={})
    rows = [ViolationAnswer.model_validate(row) for row in page.rows]
    return Page(rows, page.next)
