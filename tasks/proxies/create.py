"""Add a proxy with its account session, and remove one."""

from sqlalchemy.orm import Session

from config.clock import now
from config.vocabulary import AccountSessionStatus
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.proxy_types import ProxiesAdded, ProxyRemoved
from tasks.proxies.listing import describe_proxy
from tasks.proxies.repository import (
    DuplicateProxyError,
    add_proxy,
    delete_proxy,
    get_proxy,
    is_address_taken,
)
from tasks.proxies.schemas import (
    AccountSessionAnswer,
    NewProxy,
    ProxyAnswer,
    ProxyRequest,
)
from tasks.proxies.session_rows import (
    add_account_session,
    describe_account_session,
    get_account_session,
)


def create_proxy(request: ProxyRequest, actor: Actor, *, reveal: bool) -> ProxyAnswer:
    """
    Add a proxy and its account session, in one transaction.

    Raises:
        DuplicateProxyError: There is one of this address.
        DuplicateSessionError: The session cookie belongs to a proxy already.
    """
    new = NewProxy.model_validate(request.model_dump(exclude={"session"}))
    with transaction() as session:
        if is_address_taken(session, new.ip, new.port):
            raise DuplicateProxyError(new.ip, new.port)
        row = add_proxy(session, new, source="person")
        if row is None:
            raise DuplicateProxyError(new.ip, new.port)
        add_account_session(session, request.session, proxy_id=row.id)
        _note_added(session, actor, [row.id], source="person")
        return describe_proxy(session, row, reveal=reveal, now=now())


def remove_proxy(proxy_id: int, actor: Actor) -> None:
    """
    Remove a proxy for good, with its account sessions and pins.

    Raises:
        ProxyNotFoundError: There is none of this id.
    """
    with transaction() as session:
        row = get_proxy(session, proxy_id, lock=True)
        record_change(
            session,
            actor,
            action="proxy.removed",
            subject=str(proxy_id),
            details={"ip": row.ip, "port": row.port},
        )
        record_event(session, ProxyRemoved(None, proxy_id, actor.email))
        delete_proxy(session, row)


def add_session_to(
    proxy_id: int, cookie: str, actor: Actor, *, reveal: bool
) -> AccountSessionAnswer:
    """
    Add another account session to a proxy.

    Raises:
        ProxyNotFoundError: There is no such proxy.
        DuplicateSessionError: The session cookie belongs to a proxy already.
    """
    with transaction() as session:
        get_proxy(session, proxy_id, lock=True)
        row = add_account_session(session, cookie, proxy_id=proxy_id)
        record_change(
            session,
            actor,
            action="account_session.added",
            subject=str(row.id),
            details={"proxy_id": proxy_id},
        )
        return describe_account_session(row, reveal=reveal)


def change_session_status(
    account_session_id: int,
    status: AccountSessionStatus,
    actor: Actor,
    *,
    reveal: bool,
) -> AccountSessionAnswer:
    """
    Say whether an account session is to be used.

    Raises:
        AccountSessionNotFoundError: There is none of this id.
    """
    with transaction() as session:
        row = get_account_session(session, account_session_id, lock=True)
        if row.status != status:
            row.status, row.updated_at = status, now()
            record_change(
                session,
                actor,
                action="account_session.changed",
                subject=str(account_session_id),
                details={"status": status},
            )
        return describe_account_session(row, reveal=reveal)


def keep_proxies(
    session: Session, proxies: list[NewProxy], actor: Actor, *, source: str
) -> list[int]:
    """
    Add those proxies that are not there yet, and return their ids.

    One is there if its address and user name are: an address of a vendor's gateway
    serves many user names.
    """
    added = [add_proxy(session, one, source=source) for one in proxies]
    ids = [row.id for row in added if row is not None]
    if ids:
        _note_added(session, actor, ids, source=source)
    return ids


def _note_added(session: Session, actor: Actor, ids: list[int], *, source: str) -> None:
    record_change(
        session,
        actor,
        action="proxies.added",
        subject=str(ids[0]) if len(ids) == 1 else source,
        details={"ids": ids, "source": source},
    )
    record_event(session, ProxiesAdded(None, len(ids), source))
