"""Administration of people: accounts, their logins and links, invitations, roles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from config.vocabulary import Role
from tasks.accounts import administration, invitations
from tasks.accounts.password_links import make_reset_link
from tasks.accounts.schemas import (
    AccountChange,
    AccountEntry,
    AccountsWanted,
    InvitationLink,
    InvitationRequest,
    OneTimeLink,
)
from tasks.pages import PageWish
from ui.api.auth import AccountsRead, AccountsWrite, device_of
from ui.api.conditions import IfMatch, seen_versions, tell_version
from ui.api.dependencies import paged_by
from ui.api.idempotency import TAKES_KEY
from ui.api.people_answers import (
    AccountList,
    AuditList,
    InvitationList,
    LoginList,
    RoleList,
)

router = APIRouter(prefix="/admin", tags=["administration"])

Words = Annotated[
    str | None,
    Query(alias="q", max_length=100, description="Part of an email or a name."),
]


@router.get("/accounts")
def show_accounts(
    _caller: AccountsRead,
    page: Annotated[PageWish, paged_by("-createdAt", "email", "displayName")],
    words: Words = None,
    role: Role | None = None,
    is_active: Annotated[bool | None, Query(alias="isActive")] = None,
) -> AccountList:
    """List the accounts that fit."""
    wanted = AccountsWanted(text=words, role=role, is_active=is_active)
    found = administration.list_accounts(page, wanted=wanted)
    return AccountList(items=tuple(found.rows), next=found.next)


@router.get("/accounts/{account_id}")
def show_account(
    account_id: UUID, _caller: AccountsRead, response: Response
) -> AccountEntry:
    """Look at one account; the ETag is for changing it."""
    account = administration.show_account(account_id)
    tell_version(response, account.version)
    return account


@router.patch("/accounts/{account_id}")
def change_account(
    account_id: UUID,
    asked: AccountChange,
    caller: AccountsWrite,
    response: Response,
    if_match: IfMatch = None,
) -> AccountEntry:
    """Change roles, name or state of an account; 412 if somebody else did meanwhile."""
    seen = seen_versions(if_match, stated=asked.version)
    account = administration.change_account(caller, account_id, asked, seen=seen)
    tell_version(response, account.version)
    return account


@router.delete("/accounts/{account_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_account(account_id: UUID, caller: AccountsWrite) -> None:
    """Remove an account and its logins; what it decided and made stays."""
    administration.remove_account(caller, account_id)


@router.post(
    "/accounts/{account_id}/reset-link",
    status_code=status.HTTP_201_CREATED,
    dependencies=[TAKES_KEY],
)
def give_reset_link(
    account_id: UUID, caller: AccountsWrite, response: Response
) -> OneTimeLink:
    """Make a link by which a person sets a new password; earlier ones end."""
    response.headers["Cache-Control"] = "no-store"
    return make_reset_link(caller, account_id)


@router.get("/accounts/{account_id}/logins")
def show_logins(account_id: UUID, _caller: AccountsRead) -> LoginList:
    """List where somebody is signed in."""
    return LoginList(items=administration.list_logins_of(account_id))


@router.delete(
    "/accounts/{account_id}/logins/{login_id}", status_code=status.HTTP_204_NO_CONTENT
)
def end_login(
    account_id: UUID, login_id: UUID, caller: AccountsWrite, request: Request
) -> None:
    """End a login of somebody."""
    device = device_of(request)
    administration.end_login_of(caller, account_id, login_id, device=device)


@router.get("/roles")
def show_roles(_caller: AccountsRead) -> RoleList:
    """List every role with what it allows."""
    return RoleList(items=administration.list_roles())


@router.get("/invitations")
def show_invitations(
    _caller: AccountsRead, page: Annotated[PageWish, paged_by("-createdAt", "email")]
) -> InvitationList:
    """List the invitations that can still be accepted."""
    found = invitations.list_invitations(page)
    return InvitationList(items=tuple(found.rows), next=found.next)


@router.post(
    "/invitations", status_code=status.HTTP_201_CREATED, dependencies=[TAKES_KEY]
)
def invite(
    asked: InvitationRequest, caller: AccountsWrite, response: Response
) -> InvitationLink:
    """Make a link by which a person makes their account; earlier ones end."""
    response.headers["Cache-Control"] = "no-store"
    return invitations.invite(caller, asked)


@router.delete("/invitations/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_invitation(invitation_id: UUID, caller: AccountsWrite) -> None:
    """Have an invitation work no more."""
    invitations.withdraw_invitation(caller, invitation_id)


@router.get("/audit")
def show_audit(
    _caller: AccountsRead, page: Annotated[PageWish, paged_by("-createdAt")]
) -> AuditList:
    """List what administrators changed, newest first."""
    found = administration.list_audit(page)
    return AuditList(items=tuple(found.rows), next=found.next)
