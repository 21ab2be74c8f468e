"""Queries and changes of accounts and logins; takes a session, never commits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, literal, select, text, update
from sqlalchemy.orm import Session

from config.vocabulary import Role
from tasks.accounts.permissions import permissions_of
from tasks.accounts.schemas import Caller, Device
from tasks.accounts.tokens import RefreshToken, first_refresh_token
from tasks.models import Account, Login, new_id

_FIRST_ADMINISTRATOR = 0x4D75_7341
"""Key of the advisory lock under which the first administrator is made."""


def add_account(
    session: Session,
    *,
    email: str,
    display_name: str,
    password_hash: str,
    roles: Iterable[Role],
) -> Account:
    """Add an account that may sign in at once."""
    account = Account(
        id=new_id(),
        email=email,
        display_name=display_name,
        password_hash=password_hash,
        roles=[str(role) for role in roles],
        is_active=True,
    )
    session.add(account)
    session.flush()
    return account


def find_account_by_email(session: Session, email: str) -> Account | None:
    """Return the account with this email, in lower case, or None."""
    return session.scalar(select(Account).where(Account.email == email))


def find_first_administrator(session: Session) -> Account | None:
    """Return the active administrator who was there first, or None."""
    return session.scalar(
        select(Account)
        .where(
            literal(str(Role.ADMINISTRATOR)) == any_(Account.roles), Account.is_active
        )
        .order_by(Account.id)
        .limit(1)
    )


def has_administrator(session: Session) -> bool:
    """Tell whether there is any administrator; the next who asks waits for our end."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ADMINISTRATOR}
    )
    administrators = (
        select(func.count()).select_from(Account).where(_is_administrator())
    )
    return bool(session.scalar(administrators))


def set_password_hash(session: Session, account_id: UUID, password_hash: str) -> None:
    """Store a hash of the same password, made at today's cost."""
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
        user_agent=device.user_agent[:500],
        address=device.address[:100],
    )
    session.add(login)
    session.flush()
    return token


def lock_login(session: Session, login_id: UUID) -> Login | None:
    """Return a login, locked until the transaction ends, or None."""
    return session.scalar(select(Login).where(Login.id == login_id).with_for_update())


def revoke_login(session: Session, login_id: UUID, *, now: datetime) -> None:
    """End a login; nothing changes if it has ended."""
    session.execute(
        update(Login)
        .where(Login.id == login_id, Login.revoked_at.is_(None))
        .values(revoked_at=now)
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
            Login.revoked_at.is_(None),
            Login.expires_at > now,
            Login.rotated_at > used_since,
            Account.is_active,
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
        roles=tuple(Role(role) for role in account.roles if role in set(Role)),
        permissions=permissions_of(account.roles),
    )


def _is_administrator() -> ColumnElement[bool]:
    return literal(str(Role.ADMINISTRATOR)) == any_(Account.roles)
