"""Invitations and password links: rows of one-time tokens; never commits."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.errors import NotFoundError
from tasks.accounts.permissions import known_roles
from tasks.accounts.schemas import InvitationEntry, InvitationRequest
from tasks.models import Invitation, PasswordReset, new_id
from tasks.pages import Page, PageWish, read_page


class LinkIsOverError(NotFoundError):
    """A one-time link that was used, withdrawn, replaced, is over, or never was."""

    code = "link_is_over"

    def __init__(self) -> None:
        super().__init__(
            "this link does not work any more; ask an administrator for a new one"
        )


def new_link_token() -> str:
    """Return the secret of a one-time link: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what the database keeps of a one-time link."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_invitation(
    session: Session,
    asked: InvitationRequest,
    *,
    token: str,
    invited_by: UUID,
    now: datetime,
    expires_at: datetime,
) -> UUID:
    """Add an invitation in the place of those that are open for this email."""
    session.execute(
        update(Invitation)
        .where(
            Invitation.email == asked.email,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    invitation = Invitation(
        id=new_id(),
        email=asked.email,
        roles=[str(role) for role in asked.roles],
        token_hash=hash_of(token),
        invited_by=invited_by,
        expires_at=expires_at,
    )
    session.add(invitation)
    session.flush()
    return invitation.id


def list_invitations(
    session: Session, wish: PageWish, *, now: datetime
) -> Page[InvitationEntry]:
    """Return one page of the invitations that can still be accepted."""
    query = select(Invitation).where(
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now,
    )
    columns = {"email": Invitation.email}
    page = read_page(session, query, wish, key=Invitation.id, columns=columns)
    return Page([_describe(one) for one in page.rows], page.next)


def withdraw_invitation(session: Session, invitation_id: UUID, *, now: datetime) -> str:
    """
    End an invitation; return whose it was.

    Raises:
        NotFoundError: There is no such invitation that could still be accepted.
    """
    email: str | None = session.scalar(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(Invitation.email)
    )
    if email is None:
        raise NotFoundError("there is no such open invitation")
    return email


def find_invitation(session: Session, token: str, *, now: datetime) -> InvitationEntry:
    """
    Return the invitation that a link belongs to, locked until the transaction ends.

    Raises:
        LinkIsOverError: The link does not work any more.
    """
    found = session.scalar(
        select(Invitation)
        .where(
            Invitation.token_hash == hash_of(token),
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > now,
        )
        .with_for_update()
    )
    if found is None:
        raise LinkIsOverError
    return _describe(found)


def mark_accepted(session: Session, invitation_id: UUID, *, now: datetime) -> None:
    """Have an invitation work for nobody else."""
    session.execute(
        update(Invitation).where(Invitation.id == invitation_id).values(accepted_at=now)
    )


def add_password_reset(
    session: Session,
    *,
    account_id: UUID,
    token: str,
    made_by: UUID,
    expires_at: datetime,
) -> None:
    """Add a password link in the place of the account's earlier ones."""
    forget_password_resets(session, account_id)
    session.add(
        PasswordReset(
            id=new_id(),
            account_id=account_id,
            token_hash=hash_of(token),
            made_by=made_by,
            expires_at=expires_at,
        )
    )
    session.flush()


def forget_password_resets(session: Session, account_id: UUID) -> None:
    """Have no password link of an account work any more."""
    session.execute(delete(PasswordReset).where(PasswordReset.account_id == account_id))


def take_password_reset(session: Session, token: str, *, now: datetime) -> UUID:
    """
    Use up a password link; return the account it is for.

    Raises:
        LinkIsOverError: The link does not work any more.
    """
    account_id: UUID | None = session.scalar(
        delete(PasswordReset)
        .where(
            PasswordReset.token_hash == hash_of(token), PasswordReset.expires_at > now
        )
        .returning(PasswordReset.account_id)
    )
    if account_id is None:
        raise LinkIsOverError
    return account_id


def _describe(invitation: Invitation) -> InvitationEntry:
    return InvitationEntry(
        id=invitation.id,
        email=invitation.email,
        roles=known_roles(invitation.roles),
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )
