"""Attempts through proxies, and what people did with them, as rows; never commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from config.vocabulary import ProxyVerb
from tasks.models import ProxyAction, ProxyAttempt, RotationTerms, id_at, new_id
from tasks.pages import Page, PageWish, read_page
from tasks.proxies.schemas import Attempt, AttemptAnswer


def add_attempts(session: Session, attempts: Sequence[Attempt]) -> None:
    """Keep attempts, each with why its proxy was chosen."""
    rows = [
        {
            "id": id_at(one.at),
            "proxy_id": one.proxy_id,
            "host": one.host,
            "at": one.at,
            "outcome": one.outcome,
            "latency_ms": in_milliseconds(one),
            "why": one.why,
        }
        for one in attempts
    ]
    if rows:
        session.execute(insert(ProxyAttempt), rows)


def in_milliseconds(attempt: Attempt) -> int | None:
    """Return how long an attempt took."""
    taken = attempt.latency
    return None if taken is None else round(taken.total_seconds() * 1000)


def list_attempts(
    session: Session,
    wish: PageWish,
    *,
    proxy_id: int | None = None,
    host: str | None = None,
    outcome: str | None = None,
) -> Page[AttemptAnswer]:
    """Return attempts, the newest first, one page of them."""
    query = select(ProxyAttempt)
    if proxy_id is not None:
        query = query.where(ProxyAttempt.proxy_id == proxy_id)
    if host is not None:
        query = query.where(ProxyAttempt.host == host)
    if outcome is not None:
        query = query.where(ProxyAttempt.outcome == outcome)
    page = read_page(session, query, wish, key=ProxyAttempt.id, columns={})
    return Page([AttemptAnswer.model_validate(one) for one in page.rows], page.next)


def list_recorded(session: Session, *, limit: int) -> list[AttemptAnswer]:
    """Return the newest attempts, to try other settings on."""
    rows = session.scalars(
        select(ProxyAttempt).order_by(ProxyAttempt.id.desc()).limit(limit)
    )
    return [AttemptAnswer.model_validate(one) for one in rows]


def forget_attempts(session: Session, *, before: datetime) -> None:
    """Remove the attempts before a moment."""
    session.execute(delete(ProxyAttempt).where(ProxyAttempt.at < before))


def add_action(
    session: Session,
    verb: ProxyVerb,
    *,
    proxy_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    done_by: UUID,
) -> None:
    """Keep what a person did with a proxy, so that it can be taken back."""
    action = ProxyAction(
        id=new_id(),
        proxy_id=proxy_id,
        verb=verb,
        before=dict(before),
        after=dict(after),
        done_by=done_by,
    )
    session.add(action)


def find_last_action(session: Session, proxy_id: int) -> ProxyAction | None:
    """Return the last thing done with a proxy that was not taken back."""
    return session.scalar(
        select(ProxyAction)
        .where(ProxyAction.proxy_id == proxy_id, ProxyAction.undone_at.is_(None))
        .order_by(ProxyAction.id.desc())
        .limit(1)
    )


def find_rotation_terms(session: Session) -> Mapping[str, Any]:
    """Return the settings of rotation that a person changed; the others are unset."""
    row = session.get(RotationTerms, 1)
    return {} if row is None else row.terms


def put_rotation_terms(
    session: Session, terms: Mapping[str, Any], *, changed_by: UUID, now: datetime
) -> None:
    """Keep the settings of rotation that a person changed."""
    values = {"terms": dict(terms), "changed_by": changed_by, "updated_at": now}
    put = insert_or_update(RotationTerms).values(id=1, **values)
    session.execute(put.on_conflict_do_update(index_elements=["id"], set_=values))
