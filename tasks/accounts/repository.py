"""Queries and changes of accounts and logins; takes a session, never commits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.errors import ConflictError, NotFoundError
from config.vocabulary import Role
from tasks.accounts.permissions import known_roles, permissions_of
from tasks.accounts.schemas import (
    AccountEntry,
    AccountsWanted,
    Caller,
    Device,
    LoginEntry,
)
from tasks.accounts.tokens import RefreshToken, first_refresh_token
from tasks.models import Account, Login, new_id
from tasks.pages import Page, PageWish, read_page

_ADMINISTRATORS = 0x4D75_7341
"""Key of the advisory lock under which administrators are made and unmade."""


class LastAdministratorError(ConflictError):
    """The change would leave nobody who may administer Muster."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__(
            "this is the last active administrator; make somebody else one first"
        )


class EmailTakenError(ConflictError):
    """Somebody has an account with this email."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("there is an account with this email already")


def add_account(
    session: Session,
    *,
    email: str,
    display_name: str,
    roles: Iterable[Role],
    password_hash: str | None = None,
    plex_id: str | None = None,
) -> Account:
    """
    Add an account that may sign in at once.

    Raises:
        EmailTakenError: Somebody has an account with this email.
    """
    account = Account(
        id=new_id(),
        email=email,
        display_name=display_name,
        password_hash=password_hash,
        plex_id=plex_id,
        roles=[str(role) for role in roles],
        is_active=True,
        version=1,
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError as taken:
        raise EmailTakenError from taken
    return account


def find_account_by_email(session: Session, email: str) -> Account | None:
    """Return the account with this email, in lower case, or None."""
    return session.scalar(select(Account).where(Account.email == email))


def find_account_by_plex(session: Session, plex_id: str) -> Account | None:
    """Return the account that a Plex account belongs to, or None."""
    return session.scalar(select(Account).where(Account.plex_id == plex_id))


def get_account(session: Session, account_id: UUID, *, lock: bool = False) -> Account:
    """
    Return an account, locked until the transaction ends if asked for.

    Raises:
        NotFoundError: There is none with this id.
    """
    wanted = select(Account).where(Account.id == account_id)
    account = session.scalar(wanted.with_for_update() if lock else wanted)
    if account is None:
        raise NotFoundError("there is no such account")
    return account


def list_accounts(
    session: Session, wish: PageWish, *, wanted: AccountsWanted
) -> Page[AccountEntry]:
    """Return one page of the accounts that fit."""
    query = select(Account)
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        query = query.where(
            or_(Account.email.ilike(like), Account.display_name.ilike(like))
        )
    if wanted.role is not None:
        query = query.where(_has_role(wanted.role))
    if wanted.is_active is not None:
        query = query.where(Account.is_active.is_(wanted.is_active))
    columns = {"email": Account.email, "displayName": Account.display_name}
    page = read_page(session, query, wish, key=Account.id, columns=columns)
    return Page(describe_accounts(session, page.rows), page.next)


def describe_accounts(
    session: Session, accounts: Iterable[Account]
) -> list[AccountEntry]:
    """Return accounts as administrators see them."""
    rows = list(accounts)
    seen = session.execute(
        select(Login.account_id, func.max(Login.rotated_at))
        .where(Login.account_id.in_([one.id for one in rows]))
        .group_by(Login.account_id)
    )
    last_seen = dict(iter(seen))
    return [
        AccountEntry(
            id=one.id,
            email=one.email,
            display_name=one.display_name,
            roles=known_roles(one.roles),
            is_active=one.is_active,
            has_password=one.password_hash is not None,
            uses_plex=one.plex_id is not None,
            created_at=one.created_at,
            last_seen_at=last_seen.get(one.id),
            version=one.version,
        )
        for one in rows
    ]


def find_first_administrator(session: Session) -> Account | None:
    """Return the active administrator who was there first, or None."""
    return session.scalar(
        select(Account)
        .where(_has_role(Role.ADMINISTRATOR), Account.is_active)
        .order_by(Account.id)
        .limit(1)
    )


def lock_administrators(session: Session) -> None:
    """Have whoever makes or unmakes an administrator wait for our end."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADMINISTRATORS}
    )


def has_administrator(session: Session) -> bool:
    """Tell whether there is any administrator; the next who asks waits for our end."""
    lock_administrators(session)
    administrators = (
        select(func.count()).select_from(Account).where(_has_role(Role.ADMINISTRATOR))
    )
    return bool(session.scalar(administrators))


def leave_an_administrator(session: Session, *, without: UUID) -> None:
    """
    Return if somebody can administer Muster without this account.

    Whoever asks has locked the administrators, so that two who remove each other do
    not both succeed.

    Raises:
        LastAdministratorError: Nobody else can.
    """
    others = (
        select(func.count())
        .select_from(Account)
        .where(_has_role(Role.ADMINISTRATOR), Account.is_active, Account.id != without)
    )
    if not session.scalar(others):
        raise LastAdministratorError


def remove_account(session: Session, account_id: UUID) -> None:
    """Remove an account, its logins, its links and what is known of its sign-ins."""
    session.execute(delete(Account).where(Account.id == account_id))


def set_password_hash(session: Session, account_id: UUID, password_hash: str) -> None:
    """Store the hash of a password."""
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=password_hash)
    )


def add_login(
    session: Session,
    *,
    account_id: UUID,
    device: Device,
    now: datetime,
    expires_at: datetime,
) -> RefreshToken:
    """Add a login and return its first refresh token."""
    token = first_refresh_token(new_id())
    login = Login(
        id=token.login_id,
        account_id=account_id,
        refresh_hash=token.hash,
        previous_hash=None,
        rotated_at=now,
        expires_at=expires_at,
        revoked_at=None,
        user_agent=storable(device.user_agent, 500),
        address=storable(device.address, 100),
    )
    session.add(login)
    session.flush()
    return token


def lock_login(session: Session, login_id: UUID) -> Login | None:
    """Return a login, locked until the transaction ends, or None."""
    return session.scalar(select(Login).where(Login.id == login_id).with_for_update())


def end_login(
    session: Session, login_id: UUID, *, now: datetime, owner: UUID | None = None
) -> UUID | None:
    """
    End a login; return whose it was, or None if it has ended or is not the owner's.

    Args:
        session: The transaction to write in.
        login_id: The login.
        now: When it ends.
        owner: Whose it must be; None for anybody's.
    """
    standing = update(Login).where(Login.id == login_id, Login.revoked_at.is_(None))
    if owner is not None:
        standing = standing.where(Login.account_id == owner)
    ended = standing.values(revoked_at=now).returning(Login.account_id)
    return session.scalar(ended)


def end_logins_of(
    session: Session, account_id: UUID, *, now: datetime, keep: UUID | None = None
) -> list[UUID]:
    """End all logins of an account but one; return those that ended."""
    standing = update(Login).where(
        Login.account_id == account_id, Login.revoked_at.is_(None)
    )
    if keep is not None:
        standing = standing.where(Login.id != keep)
    return list(session.scalars(standing.values(revoked_at=now).returning(Login.id)))


def login_ids_of(session: Session, account_id: UUID) -> list[UUID]:
    """Return all logins of an account that were not ended."""
    return list(
        session.scalars(
            select(Login.id).where(
                Login.account_id == account_id, Login.revoked_at.is_(None)
            )
        )
    )


def list_logins_of(
    session: Session,
    account_id: UUID,
    *,
    now: datetime,
    used_since: datetime,
    current: UUID | None = None,
) -> tuple[LoginEntry, ...]:
    """Return the logins of an account that stand, the one used last first."""
    rows = session.scalars(
        select(Login)
        .where(Login.account_id == account_id, *_stands(now=now, used_since=used_since))
        .order_by(Login.rotated_at.desc(), Login.id.desc())
    )
    return tuple(
        LoginEntry(
            id=one.id,
            user_agent=one.user_agent,
            address=one.address,
            created_at=one.created_at,
            last_used_at=one.rotated_at,
            is_current=one.id == current,
        )
        for one in rows
    )


def find_caller(
    session: Session, login_id: UUID, *, now: datetime, used_since: datetime
) -> Caller | None:
    """
    Return who a login speaks for, or None if it has ended or its account is not active.

    Args:
        session: The transaction to read in.
        login_id: The login.
        now: A login whose end lies before this is over.
        used_since: A login that was last refreshed before this is over too.
    """
    row = session.execute(
        select(Account, Login)
        .join(Login, Login.account_id == Account.id)
        .where(
            Login.id == login_id,
            Account.is_active,
            *_stands(now=now, used_since=used_since),
        )
    ).first()
    return describe_caller(row[0], login_id) if row else None


def describe_caller(account: Account, login_id: UUID) -> Caller:
    """Return who a login of this account speaks for."""
    return Caller(
        account_id=account.id,
        login_id=login_id,
        email=account.email,
        display_name=account.display_name,
        roles=known_roles(account.roles),
        permissions=permissions_of(account.roles),
    )


def _has_role(role: Role) -> ColumnElement[bool]:
    return literal(str(role)) == any_(Account.roles)


def _stands(*, now: datetime, used_since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Login.revoked_at.is_(None),
        Login.expires_at > now,
        Login.rotated_at > used_since,
    )


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def storable(words: str, longest: int) -> str:
    """Return as much of a text from outside as is kept of it."""
    return words.replace("\0", "")[:longest]
