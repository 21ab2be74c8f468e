"""Invitations: an administrator hands out a link, a person makes their account."""

from uuid import UUID

from config.clock import now as present
from config.settings import settings
from tasks.accounts import links, repository
from tasks.accounts.logins import OpenedLogin, open_login_of
from tasks.accounts.password_rules import check_new_password
from tasks.accounts.passwords import hash_password
from tasks.accounts.schemas import (
    Caller,
    Device,
    InvitationAcceptance,
    InvitationEntry,
    InvitationLink,
    InvitationRequest,
)
from tasks.audit import record_change
from tasks.database import transaction
from tasks.pages import Page, PageWish

PAGE = "/invitation"


def invite(actor: Caller, asked: InvitationRequest) -> InvitationLink:
    """
    Return a link by which a person makes their account; earlier ones end.

    Raises:
        EmailTakenError: They have one already.
    """
    now, token = present(), links.new_link_token()
    expires_at = now + settings().accounts.invitation_lifetime
    with transaction() as session:
        if repository.find_account_by_email(session, asked.email) is not None:
            raise repository.EmailTakenError
        invitation_id = links.add_invitation(
            session,
            asked,
            token=token,
            invited_by=actor.account_id,
            now=now,
            expires_at=expires_at,
        )
        record_change(
            session,
            actor,
            action="invitation.made",
            subject=str(invitation_id),
            details={"email": asked.email, "roles": list(asked.roles)},
        )
    return InvitationLink(
        id=invitation_id,
        email=asked.email,
        roles=asked.roles,
        token=token,
        path=f"{PAGE}#token={token}",
        expires_at=expires_at,
    )


def list_invitations(wish: PageWish) -> Page[InvitationEntry]:
    """Return one page of the invitations that can still be accepted."""
    with transaction() as session:
        return links.list_invitations(session, wish, now=present())


def withdraw_invitation(actor: Caller, invitation_id: UUID) -> None:
    """
    Have an invitation work no more.

    Raises:
        NotFoundError: There is no such invitation that could still be accepted.
    """
    with transaction() as session:
        email = links.withdraw_invitation(session, invitation_id, now=present())
        record_change(
            session,
            actor,
            action="invitation.withdrawn",
            subject=str(invitation_id),
            details={"email": email},
        )


def look_at_invitation(token: str) -> InvitationEntry:
    """
    Return the invitation that a link belongs to.

    Raises:
        LinkIsOverError: The link does not work any more.
    """
    with transaction() as session:
        return links.find_invitation(session, token, now=present())


def accept_invitation(asked: InvitationAcceptance, *, device: Device) -> OpenedLogin:
    """
    Make the account of an invited person, and sign them in.

    The link is used up only if the password is taken.

    Raises:
        LinkIsOverError: The link does not work any more.
        WeakPasswordError: The password is tried early by attackers.
        EmailTakenError: An account with this email was made meanwhile.
    """
    invited = look_at_invitation(asked.token)
    about = (invited.email, asked.display_name)
    check_new_password(asked.password, about=about, field="password")
    password_hash = hash_password(asked.password)
    with transaction() as session:
        now = present()
        invited = links.find_invitation(session, asked.token, now=now)
        account = repository.add_account(
            session,
            email=invited.email,
            display_name=asked.display_name,
            roles=invited.roles,
            password_hash=password_hash,
        )
        links.mark_accepted(session, invited.id, now=now)
        account_id = account.id
    return open_login_of(account_id, device=device)
