"""One's own account: password, logins, what happened."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from tasks.accounts import own_account
from tasks.accounts.invitations import accept_invitation, look_at_invitation
from tasks.accounts.password_links import reset_password
from tasks.accounts.schemas import (
    InvitationAcceptance,
    InvitationEntry,
    InvitationToken,
    LoginAnswer,
    PasswordChange,
    PasswordResetRequest,
)
from tasks.pages import PageWish
from ui.api.auth import AccountOwn, device_of, from_own_page
from ui.api.dependencies import paged_by
from ui.api.people_answers import ActivityList, LoginList
from ui.api.routers.logins import answer_opened

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT)
def change_password(
    asked: PasswordChange, caller: AccountOwn, request: Request
) -> None:
    """Set a new password; all other logins of the person end."""
    own_account.change_password(caller, asked, device=device_of(request))


@router.post(
    "/password/reset",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(from_own_page)],
)
def set_forgotten_password(asked: PasswordResetRequest, request: Request) -> None:
    """Set a new password by a one-time link; all logins of the account end."""
    reset_password(asked, device=device_of(request))


@router.post("/invitation", dependencies=[Depends(from_own_page)])
def show_invitation(asked: InvitationToken) -> InvitationEntry:
    """Return the invitation that a one-time link belongs to."""
    return look_at_invitation(asked.token)


@router.post(
    "/invitation/accept",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(from_own_page)],
)
def accept(
    asked: InvitationAcceptance, request: Request, response: Response
) -> LoginAnswer:
    """Make the account of an invited person, and sign them in."""
    opened = accept_invitation(asked, device=device_of(request))
    return answer_opened(opened, response)


@router.get("/logins")
def show_own_logins(caller: AccountOwn) -> LoginList:
    """List where the person is signed in."""
    items = own_account.list_logins(caller.account_id, current=caller.login_id)
    return LoginList(items=items)


@router.delete("/logins/{login_id}", status_code=status.HTTP_204_NO_CONTENT)
def end_own_login(login_id: UUID, caller: AccountOwn, request: Request) -> None:
    """End one of the person's own logins."""
    own_account.end_own_login(caller, login_id, device=device_of(request))


@router.get("/activity")
def show_own_activity(
    caller: AccountOwn, page: Annotated[PageWish, paged_by("-createdAt")]
) -> ActivityList:
    """List what happened to the person's account, newest first."""
    found = own_account.list_own_activity(caller, page)
    return ActivityList(items=tuple(found.rows), next=found.next)
