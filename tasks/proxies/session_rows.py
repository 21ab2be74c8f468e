"""Account sessions of proxies: sealed cookies; takes a session, never commits."""

from collections.abc import Collection

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.errors import ConflictError, NotFoundError
from config.vocabulary import AccountSessionStatus
from tasks.models import AccountSession
from tasks.proxies.schemas import MASK, AccountSessionAnswer
from tasks.sealing import keyed_hash, seal, unseal

_COOKIE = "account_session.cookie"


class AccountSessionNotFoundError(NotFoundError):
    """There is no such account session."""

    def __init__(self, account_session_id: int) -> None:
        super().__init__(f"there is no account session {account_session_id}")


class DuplicateSessionError(ConflictError):
    """The session cookie belongs to a proxy already."""

    code = "duplicate_session"

    def __init__(self) -> None:
        super().__init__("this session cookie is in use already; take another one")


def add_account_session(
    session: Session, cookie: str, *, proxy_id: int
) -> AccountSession:
    """
    Add the session cookie of a proxy.

    Raises:
        DuplicateSessionError: It belongs to one already.
    """
    put = insert(AccountSession).values(
        proxy_id=proxy_id,
        cookie_sealed=seal(cookie, purpose=_COOKIE),
        cookie_hash=keyed_hash(cookie, purpose=_COOKIE),
    )
    added = session.scalar(put.on_conflict_do_nothing().returning(AccountSession.id))
    if added is None:
        raise DuplicateSessionError
    return get_account_session(session, added)


def get_account_session(
    session: Session, account_session_id: int, *, lock: bool = False
) -> AccountSession:
    """Return an account session's row, locked if asked."""
    query = select(AccountSession).where(AccountSession.id == account_session_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise AccountSessionNotFoundError(account_session_id)
    return row


def open_account_session(session: Session, account_session_id: int) -> SecretStr:
    """Return the session cookie itself, for who is about to use it."""
    row = get_account_session(session, account_session_id)
    return SecretStr(unseal(row.cookie_sealed, purpose=_COOKIE))


def describe_account_session(
    row: AccountSession, *, reveal: bool
) -> AccountSessionAnswer:
    """Return an account session as the document shows it."""
    cookie = unseal(row.cookie_sealed, purpose=_COOKIE) if reveal else MASK
    return AccountSessionAnswer(
        id=row.id, session=cookie, status=AccountSessionStatus(row.status)
    )


def list_sessions_of(
    session: Session, ids: Collection[int], *, reveal: bool
) -> dict[int, tuple[AccountSessionAnswer, ...]]:
    """Return the account sessions of some proxies, by proxy."""
    rows = session.scalars(
        select(AccountSession)
        .where(AccountSession.proxy_id.in_(ids))
        .order_by(AccountSession.id)
    )
    found: dict[int, list[AccountSessionAnswer]] = {}
    for row in rows:
        answer = describe_account_session(row, reveal=reveal)
        found.setdefault(row.proxy_id, []).append(answer)
    return {proxy_id: tuple(answers) for proxy_id, answers in found.items()}
