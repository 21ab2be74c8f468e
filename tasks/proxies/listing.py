"""Proxies as they are shown: the document's list, the pool, exports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from config.vocabulary import ProxyProtocol, ProxyState
from tasks.models import Proxy, ProxyPin
from tasks.pages import BY_CREATION, Page, PageWish, read_page
from tasks.proxies.repository import has_state, open_password, state_of
from tasks.proxies.schemas import (
    MASK,
    NewProxy,
    PoolEntry,
    ProxyAnswer,
    ProxyFilter,
    ProxyStatusAnswer,
)
from tasks.proxies.session_rows import list_sessions_of

_KNOWN_BESIDES = (
    "country",
    "region",
    "city",
    "notes",
    "source",
    "disabled_reason",
    "retired_at",
    "exit_address",
    "exit_country",
    "check_latency_ms",
    "check_error",
    "checked_at",
)


def list_answers(session: Session, *, reveal: bool, now: datetime) -> list[ProxyAnswer]:
    """Return all proxies with their account sessions, by id."""
    rows = list(session.scalars(select(Proxy).order_by(Proxy.id)))
    sessions = list_sessions_of(session, [row.id for row in rows], reveal=reveal)
    return [
        ProxyAnswer(
            **_document_values(row, reveal=reveal, now=now),
            sessions=sessions.get(row.id, ()),
        )
        for row in rows
    ]


def describe_proxy(
    session: Session, row: Proxy, *, reveal: bool, now: datetime
) -> ProxyAnswer:
    """Return a proxy with its account sessions, as the document shows it."""
    sessions = list_sessions_of(session, [row.id], reveal=reveal)
    return ProxyAnswer(
        **_document_values(row, reveal=reveal, now=now),
        sessions=sessions.get(row.id, ()),
    )


def describe_status(row: Proxy, *, reveal: bool, now: datetime) -> ProxyStatusAnswer:
    """Return a proxy as the document shows it after a change of its status."""
    return ProxyStatusAnswer(**_document_values(row, reveal=reveal, now=now))


def list_pool(
    session: Session,
    wish: PageWish,
    wanted: ProxyFilter,
    *,
    reveal: bool,
    now: datetime,
) -> Page[PoolEntry]:
    """Return proxies with all that is known of them, one page of them."""
    query = select(Proxy).where(*_conditions(wanted))
    columns = {
        "updated_at": Proxy.updated_at,
        "total_requests": Proxy.total_requests,
        "failed_requests": Proxy.failed_requests,
        "error_count": Proxy.error_count,
        "ip": Proxy.ip,
    }
    page = read_page(session, query, _as_ids(wish), key=Proxy.id, columns=columns)
    return Page(describe_pool(session, page.rows, reveal=reveal, now=now), page.next)


def describe_pool(
    session: Session, rows: Sequence[Proxy], *, reveal: bool, now: datetime
) -> list[PoolEntry]:
    """Return all that is known of some proxies."""
    ids = [row.id for row in rows]
    sessions = list_sessions_of(session, ids, reveal=reveal)
    counted = session.execute(
        select(ProxyPin.proxy_id, func.count())
        .where(ProxyPin.proxy_id.in_(ids))
        .group_by(ProxyPin.proxy_id)
    )
    pins = {proxy_id: count for proxy_id, count in counted}  # noqa: C416 - rows are not tuples to mypy
    return [
        PoolEntry(
            **_document_values(row, reveal=reveal, now=now),
            **{name: getattr(row, name) for name in _KNOWN_BESIDES},
            protocol=ProxyProtocol(row.protocol),
            tags=tuple(row.tags),
            state=state_of(row),
            sessions=sessions.get(row.id, ()),
            pins=pins.get(row.id, 0),
        )
        for row in rows
    ]


def count_states(session: Session) -> dict[ProxyState, int]:
    """Return how many proxies are in each state, every state named."""
    return {
        state: session.scalar(
            select(func.count()).select_from(Proxy).where(has_state(state))
        )
        or 0
        for state in ProxyState
    }


def list_all(session: Session, wanted: ProxyFilter) -> list[NewProxy]:
    """Return proxies as they could be added again, passwords among them."""
    rows = session.scalars(select(Proxy).where(*_conditions(wanted)).order_by(Proxy.id))
    return [
        NewProxy.model_construct(
            **{
                name: getattr(row, name)
                for name in NewProxy.model_fields
                if name not in {"protocol", "password", "tags"}
            },
            protocol=ProxyProtocol(row.protocol),
            password=open_password(row),
            tags=tuple(row.tags),
        )
        for row in rows
    ]


def _document_values(row: Proxy, *, reveal: bool, now: datetime) -> dict[str, Any]:
    password = None
    if row.password_sealed is not None:
        password = open_password(row) if reveal else MASK
    hour = now.replace(minute=0, second=0, microsecond=0)
    return {
        "id": row.id,
        "ip": row.ip,
        "port": row.port,
        "username": row.username,
        "password": password,
        "is_active": row.is_active,
        "total_requests": row.total_requests,
        "failed_requests": row.failed_requests,
        "requests_this_hour": (
            row.requests_this_hour if row.hour_started_at == hour else 0
        ),
        "error_count": row.error_count,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _conditions(wanted: ProxyFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(has_state(wanted.state))
    if wanted.country is not None:
        found.append(Proxy.country == wanted.country.upper())
    if wanted.tag is not None:
        found.append(Proxy.tags.contains([wanted.tag]))
    if wanted.search:
        likely = (
            column.icontains(wanted.search, autoescape=True)
            for column in (Proxy.ip, Proxy.notes, Proxy.city)
        )
        found.append(or_(*likely))
    return found


def _as_ids(wish: PageWish) -> PageWish:
    return wish._replace(sort=BY_CREATION) if wish.sort == "id" else wish
