"""Queries and changes of proxies; takes a session, never commits."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.errors import ConflictError, NotFoundError
from config.vocabulary import ProxyProtocol, ProxyState
from tasks.models import Proxy
from tasks.proxies.schemas import NewProxy, UsableProxy
from tasks.proxies.tally import Tally
from tasks.sealing import seal, unseal

_PASSWORD = "proxy.password"  # noqa: S105 - what it is, not one


class ProxyNotFoundError(NotFoundError):
    """There is no such proxy."""

    def __init__(self, proxy_id: int) -> None:
        super().__init__(f"there is no proxy {proxy_id}")


class DuplicateProxyError(ConflictError):
    """There is a proxy of this address already."""

    code = "duplicate_proxy"

    def __init__(self, ip: str, port: int) -> None:
        super().__init__(
            f"there is a proxy {ip}:{port} already; change that one, or import a list "
            "if one address serves several user names",
            details={"ip": ip, "port": port},
        )


def get_proxy(session: Session, proxy_id: int, *, lock: bool = False) -> Proxy:
    """Return a proxy's row, locked until the transaction ends if asked."""
    query = select(Proxy).where(Proxy.id == proxy_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise ProxyNotFoundError(proxy_id)
    return row


def is_address_taken(session: Session, ip: str, port: int) -> bool:
    """Return whether a proxy has this address; nobody else adds one until the end."""
    lock = func.pg_advisory_xact_lock(func.hashtext(f"proxy {ip} {port}"))
    session.execute(select(lock))
    query = select(Proxy.id).where(Proxy.ip == ip, Proxy.port == port)
    return session.scalar(query.limit(1)) is not None


def add_proxy(session: Session, new: NewProxy, *, source: str) -> Proxy | None:
    """Add a proxy; return None if one of this address and user name is there."""
    values = new.model_dump(include=set(NewProxy.model_fields) - {"password"})
    put = insert(Proxy).values(
        **values | {"tags": list(new.tags)},
        password_sealed=seal_password(new.password),
        source=source,
    )
    added = session.scalar(put.on_conflict_do_nothing().returning(Proxy.id))
    return None if added is None else get_proxy(session, added)


def delete_proxy(session: Session, row: Proxy) -> None:
    """Remove a proxy with its account sessions, pins and history."""
    session.execute(delete(Proxy).where(Proxy.id == row.id))


def state_of(row: Proxy) -> ProxyState:
    """Return whether a proxy may be given out, and if not, why."""
    if row.retired_at is not None:
        return ProxyState.RETIRED
    if not row.is_active:
        return ProxyState.DISABLED
    return ProxyState.DRAINING if row.draining else ProxyState.ACTIVE


def has_state(state: ProxyState) -> ColumnElement[bool]:
    """Return the condition for proxies in a state; as `state_of`."""
    if state is ProxyState.RETIRED:
        return Proxy.retired_at.is_not(None)
    kept = Proxy.retired_at.is_(None)
    if state is ProxyState.DISABLED:
        return kept & Proxy.is_active.is_(False)
    return (
        kept
        & Proxy.is_active.is_(True)
        & Proxy.draining.is_(state is ProxyState.DRAINING)
    )


def list_usable(
    session: Session,
    *,
    tags: Collection[str] = (),
    country: str | None = None,
    ids: Collection[int] | None = None,
) -> list[UsableProxy]:
    """
    Return the proxies that may be given out, by id, with how to get in.

    Args:
        session: The transaction to read in.
        tags: Those that have all of these.
        country: Those that are there, two letters; where a check has seen it, that
            counts.
        ids: Only of these, if given.
    """
    query = select(Proxy).where(_is_usable(tags, country)).order_by(Proxy.id)
    if ids is not None:
        query = query.where(Proxy.id.in_(ids))
    return [describe_usable(row) for row in session.scalars(query)]


def list_usable_ids(
    session: Session, *, tags: Collection[str] = (), country: str | None = None
) -> list[int]:
    """Return the ids of those proxies; see `list_usable`."""
    query = select(Proxy.id).where(_is_usable(tags, country)).order_by(Proxy.id)
    return list(session.scalars(query))


def _is_usable(tags: Collection[str], country: str | None) -> ColumnElement[bool]:
    wanted = [has_state(ProxyState.ACTIVE)]
    if tags:
        wanted.append(Proxy.tags.contains(list(tags)))
    if country is not None:
        seen = func.coalesce(Proxy.exit_country, Proxy.country)
        wanted.append(seen == country.upper())
    return and_(*wanted)


def describe_usable(row: Proxy) -> UsableProxy:
    """Return how to reach a proxy and get in."""
    password = open_password(row)
    return UsableProxy(
        row.id,
        ProxyProtocol(row.protocol),
        row.ip,
        row.port,
        row.username,
        None if password is None else SecretStr(password),
        row.exit_country or row.country,
    )


def open_password(row: Proxy) -> str | None:
    """Return the password of a proxy."""
    sealed = row.password_sealed
    return None if sealed is None else unseal(sealed, purpose=_PASSWORD)


def seal_password(password: str | None) -> bytes | None:
    """Return a password as it is stored."""
    return None if password is None else seal(password, purpose=_PASSWORD)


def list_due(session: Session, *, before: datetime, limit: int) -> list[int]:
    """Return proxies that were not checked since a moment, the longest unseen first."""
    rows = session.scalars(
        select(Proxy.id)
        .where(
            Proxy.retired_at.is_(None),
            or_(Proxy.checked_at.is_(None), Proxy.checked_at < before),
        )
        .order_by(Proxy.checked_at.nulls_first(), Proxy.id)
        .limit(limit)
    )
    return list(rows)


def list_by_id(
    session: Session, ids: Collection[int], *, lock: bool = False
) -> list[Proxy]:
    """Return those of these proxies that exist, by id, locked if asked."""
    query = select(Proxy).where(Proxy.id.in_(ids)).order_by(Proxy.id)
    return list(session.scalars(query.with_for_update() if lock else query))


def count_usable(session: Session) -> int:
    """Return how many proxies may be given out."""
    query = select(func.count()).select_from(Proxy)
    return session.scalar(query.where(has_state(ProxyState.ACTIVE))) or 0


def count_in(row: Proxy, tally: Tally) -> None:
    """Add what some attempts came to to a proxy's row, which is locked."""
    row.total_requests += tally.requests
    row.failed_requests += tally.failures
    is_same_hour = row.hour_started_at == tally.hour
    before = row.requests_this_hour if is_same_hour else 0
    if row.hour_started_at is None or row.hour_started_at <= tally.hour:
        row.requests_this_hour = before + tally.this_hour
        row.hour_started_at = tally.hour
    row.error_count = tally.in_row + (0 if tally.has_success else row.error_count)


def may_lose_another(session: Session) -> bool:
    """Return whether at least half of the pool is left if one more is disabled."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("proxies out"))))
    kept = func.count().filter(Proxy.retired_at.is_(None))
    usable = func.count().filter(has_state(ProxyState.ACTIVE))
    all_kept, left = session.execute(select(kept, usable).select_from(Proxy)).one()
    return bool((left - 1) * 2 >= all_kept)


def disable_failing(session: Session, proxy_id: int, *, reason: str) -> None:
    """Have a proxy not be given out any more, and say why."""
    row = get_proxy(session, proxy_id)
    row.is_active, row.disabled_reason, row.updated_at = False, reason, func.now()


def note_check(row: Proxy, values: Mapping[str, Any], *, now: datetime) -> None:
    """Note on a proxy's row, which is locked, what a check found."""
    for name, value in values.items():
        setattr(row, name, value)
    row.checked_at = now


def read_standing(row: Proxy) -> dict[str, Any]:
    """Return how a proxy stands, as JSON values that `write_standing` takes."""
    retired_at = row.retired_at
    return {
        "is_active": row.is_active,
        "disabled_reason": row.disabled_reason,
        "draining": row.draining,
        "retired_at": None if retired_at is None else retired_at.isoformat(),
    }


def write_standing(row: Proxy, standing: Mapping[str, Any], *, now: datetime) -> None:
    """Have a proxy, whose row is locked, stand so."""
    row.is_active = standing["is_active"]
    row.disabled_reason = standing["disabled_reason"]
    row.draining = standing["draining"]
    told = standing["retired_at"]
    row.retired_at = None if told is None else datetime.fromisoformat(told)
    row.updated_at = now
