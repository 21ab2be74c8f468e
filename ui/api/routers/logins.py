"""Sign in, stay signed in, sign out, who am I."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from config.errors import NotFoundError
from tasks.accounts.logins import OpenedLogin, close_login, open_login, refresh_login
from tasks.accounts.plex_sign_in import open_login_by_pin, open_login_by_token
from tasks.accounts.schemas import (
    AccessAnswer,
    AccountAnswer,
    Device,
    LoginAnswer,
    LoginRequest,
    SignInRequest,
)
from tasks.accounts.tokens import (
    Claims,
    InvalidTokenError,
    read_refresh_token,
    read_token,
)
from ui.api.auth import (
    AccountOwn,
    device_of,
    find_token,
    from_own_page,
    refuse_foreign_pages,
)
from ui.api.cookies import (
    clear_login_cookies,
    clear_pin_cookie,
    cookie_names,
    holds_pin,
    set_login_cookies,
)

router = APIRouter(prefix="/auth", tags=["auth"])


class UnknownPinError(NotFoundError):
    """This browser has not begun the sign-in through Plex that it names."""

    code = "plex_pin_unknown"

    def __init__(self) -> None:
        super().__init__("this browser has begun no such sign-in through Plex")


def _by_own_cookie(request: Request) -> None:
    by_cookie = cookie_names().refresh in request.cookies
    refuse_foreign_pages(request, by_cookie=by_cookie)


def _logins_named(request: Request) -> dict[UUID, Claims | None]:
    """Return the logins of all good tokens that a request brings."""
    named: dict[UUID, Claims | None] = {}
    with suppress(InvalidTokenError):
        refresh_token = request.cookies.get(cookie_names().refresh, "")
        named[read_refresh_token(refresh_token).login_id] = None
    offered = find_token(request.headers, request.cookies)
    with suppress(InvalidTokenError):
        claims = read_token(offered.text if offered else "")
        named[claims.login_id] = claims
    return named


def answer_opened(opened: OpenedLogin, response: Response) -> LoginAnswer:
    """Give a browser its cookies and a program its token."""
    set_login_cookies(response, opened.tokens)
    return LoginAnswer(
        token=opened.tokens.access,
        expires_in=opened.tokens.access_seconds,
        user=opened.caller.describe(),
    )


@router.post("/login", dependencies=[Depends(from_own_page)])
def sign_in(asked: SignInRequest, request: Request, response: Response) -> LoginAnswer:
    """
    Sign in: by email and password, by a Plex token, or by a PIN linked at Plex.

    A browser gets cookies, a program the token.
    """
    opened = _open(asked, request, device=device_of(request))
    if asked.plex_pin_id:
        clear_pin_cookie(response)
    return answer_opened(opened, response)


@router.post("/refresh", dependencies=[Depends(_by_own_cookie)])
def refresh(request: Request, response: Response) -> AccessAnswer:
    """Change the refresh cookie for a new one and a fresh access token."""
    token = request.cookies.get(cookie_names().refresh, "")
    opened = refresh_login(token, device=device_of(request))
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
    request: Request,
    response: Response,
    named: Annotated[dict[UUID, Claims | None], Depends(_logins_named)],
) -> None:
    """End the login that the request names, by whichever token it brings."""
    for login_id, token in named.items():
        close_login(login_id, token=token, device=device_of(request))
    clear_login_cookies(response)


@router.get("/me")
def who_am_i(caller: AccountOwn) -> AccountAnswer:
    """Return the account that is asking."""
    return caller.describe()


def _open(asked: SignInRequest, request: Request, *, device: Device) -> OpenedLogin:
    if asked.plex_token:
        return open_login_by_token(asked.plex_token, device=device)
    if asked.plex_pin_id:
        if not holds_pin(request.cookies, asked.plex_pin_id):
            raise UnknownPinError
        return open_login_by_pin(asked.plex_pin_id, device=device)
    known = LoginRequest(email=asked.email, password=asked.password)
    return open_login(known, device=device)
