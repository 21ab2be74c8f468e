"""Sign in, stay signed in, sign out, who am I."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from tasks.accounts.logins import close_login, open_login, refresh_login
from tasks.accounts.schemas import (
    AccessAnswer,
    AccountAnswer,
    LoginAnswer,
    LoginRequest,
)
from tasks.accounts.tokens import InvalidTokenError, read_refresh_token, read_token
from ui.api.auth import AccountOwn, device_of, find_token, refuse_foreign_pages
from ui.api.cookies import clear_login_cookies, cookie_names, set_login_cookies

router = APIRouter(prefix="/auth", tags=["auth"])


def _from_own_page(request: Request) -> None:
    refuse_foreign_pages(request, by_cookie=False)


def _by_own_cookie(request: Request) -> None:
    by_cookie = cookie_names().refresh in request.cookies
    refuse_foreign_pages(request, by_cookie=by_cookie)


def _logins_named(request: Request) -> set[UUID]:
    """Return the logins of all good tokens that a request brings."""
    named = set()
    offered = find_token(request.headers, request.cookies)
    with suppress(InvalidTokenError):
        named.add(read_token(offered.text if offered else "").login_id)
    with suppress(InvalidTokenError):
        refresh_token = request.cookies.get(cookie_names().refresh, "")
        named.add(read_refresh_token(refresh_token).login_id)
    return named


@router.post("/login", dependencies=[Depends(_from_own_page)])
def sign_in(asked: LoginRequest, request: Request, response: Response) -> LoginAnswer:
    """Sign in by email and password; a browser gets cookies, a program the token."""
    opened = open_login(asked, device=device_of(request))
    set_login_cookies(response, opened.tokens)
    return LoginAnswer(
        token=opened.tokens.access,
        expires_in=opened.tokens.access_seconds,
        user=opened.caller.describe(),
    )


@router.post("/refresh", dependencies=[Depends(_by_own_cookie)])
def refresh(request: Request, response: Response) -> AccessAnswer:
    """Change the refresh cookie for a new one and a fresh access token."""
    opened = refresh_login(request.cookies.get(cookie_names().refresh, ""))
    set_login_cookies(response, opened.tokens)
    return AccessAnswer(
        token=opened.tokens.access, expires_in=opened.tokens.access_seconds
    )


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(_by_own_cookie)],
)
def sign_out(
    response: Response, login_ids: Annotated[set[UUID], Depends(_logins_named)]
) -> None:
    """End the login that the request names, by whichever token it brings."""
    for login_id in login_ids:
        close_login(login_id)
    clear_login_cookies(response)


@router.get("/me")
def who_am_i(caller: AccountOwn) -> AccountAnswer:
    """Return the account that is asking."""
    return caller.describe()
