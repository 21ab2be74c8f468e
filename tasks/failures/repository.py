"""Queries and changes of unexpected errors; takes a session, never commits."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tasks.failures.schemas import FailureAnswer, Finding
from tasks.models import Failure, new_id
from tasks.pages import Page, PageWish, read_page

FORGOTTEN_AT_ONCE = 100


def count_failure(
    session: Session, finding: Finding, *, now: datetime, alert_every: timedelta
) -> bool:
    """Count an error with the others of its kind; return whether an alert is due."""
    fresh = {
        "id": new_id(),
        **asdict(finding),
        "first_seen_at": now,
        "last_seen_at": now,
        "alerted_at": now,
    }
    told = ("kind", "message", "place", "trace", "correlation_id", "last_seen_at")
    stored = session.scalar(
        insert(Failure)
        .values(fresh)
        .on_conflict_do_update(
            index_elements=[Failure.fingerprint],
            set_={
                **{name: fresh[name] for name in told},
                "count": Failure.count + 1,
                "alerted_at": case(
                    (Failure.alerted_at <= now - alert_every, now),
                    else_=Failure.alerted_at,
                ),
            },
        )
        .returning(Failure.alerted_at)
    )
    return stored == now


def forget_failures(session: Session, *, before: datetime) -> None:
    """Delete some that have not come again since."""
    old = (
        select(Failure.id)
        .where(Failure.last_seen_at < before)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(Failure).where(Failure.id.in_(old)))


def list_failures(
    session: Session, wish: PageWish, *, kind: str | None = None
) -> Page[FailureAnswer]:
    """Return unexpected errors, one page of them."""
    query = select(Failure)
    if kind is not None:
        query = query.where(Failure.kind == kind)
    columns = {
        "lastSeenAt": Failure.last_seen_at,
        "count": Failure.count,
        "kind": Failure.kind,
    }
    page = read_page(session, query, wish, key=Failure.id, columns=columns)
    return Page([FailureAnswer.model_validate(row) for row in page.rows], page.next)
