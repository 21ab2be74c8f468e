"""Who is asking, and may they: dependencies that a route names in its signature."""

from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request

from config.errors import ForbiddenError
from config.settings import settings
from config.vocabulary import Permission
from tasks.accounts.logins import caller_of, find_remembered
from tasks.accounts.permissions import require_permission
from tasks.accounts.schemas import Caller, Device
from tasks.accounts.tokens import Claims, InvalidTokenError, read_token
from ui.api.cookies import SECURE_NAMES, cookie_names

READING = {"GET", "HEAD", "OPTIONS"}
_BEARER = HTTPBearer(auto_error=False, description="The access token, for programs.")
_COOKIE = APIKeyCookie(
    name=SECURE_NAMES.access, auto_error=False, description="For browsers."
)


class ForeignPageError(ForbiddenError):
    """The request comes from a page of another site, with our cookie."""

    code = "foreign_origin"

    def __init__(self) -> None:
        super().__init__("this request was not made by a page of ours")


class OfferedToken(NamedTuple):
    """An access token, and whether a browser sent it by itself."""

    text: str
    by_cookie: bool


def find_token(headers: Headers, cookies: dict[str, str]) -> OfferedToken | None:
    """Return the token of a request; the header goes before the cookie."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return OfferedToken(text.strip(), by_cookie=False)
    text = cookies.get(cookie_names().access, "")
    return OfferedToken(text, by_cookie=True) if text else None


def is_own_page(headers: Headers) -> bool | None:
    """
    Return whether a page of ours made the request; None if the headers do not say.

    Source: OWASP CSRF Prevention Cheat Sheet: Fetch Metadata first, else Origin.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return None
    public_url = settings().api.public_url
    own = {headers.get("host")}
    if public_url is not None:
        own.add(urlsplit(str(public_url)).netloc)
    return (origin.partition("://")[2] or None) in own - {None}


def refuse_foreign_pages(connection: HTTPConnection, *, by_cookie: bool) -> None:
    """
    Return unless another site's page may have made the request.

    Raises:
        ForeignPageError: It has; or a cookie came with it and nothing says who has.
    """
    own = is_own_page(connection.headers)
    if own is False or (own is None and by_cookie):
        raise ForeignPageError


async def find_caller(connection: HTTPConnection) -> tuple[Caller, OfferedToken]:
    """
    Return who a request speaks for, with as little as one look-up in memory.

    Raises:
        InvalidTokenError: It brings no token, or one that is not good any more.
    """
    offered = find_token(connection.headers, connection.cookies)
    if offered is None:
        raise InvalidTokenError("this needs an access token, and none came with it")
    return await find_caller_by_token(offered.text), offered


async def find_caller_by_token(token: str) -> Caller:
    """
    Return who a signed token speaks for.

    Raises:
        InvalidTokenError: It is not, or no longer, good.
    """
    return await find_caller_by_claims(read_token(token))


async def find_caller_by_claims(claims: Claims) -> Caller:
    """
    Return who the claims of a token speak for; the database is asked on a thread.

    Raises:
        InvalidTokenError: The login has ended, or the account is not active.
    """
    if find_remembered(claims.login_id) is None:
        return await run_in_threadpool(caller_of, claims)
    return caller_of(claims)


async def require(
    request: Request,
    needed: SecurityScopes,
    _bearer: Annotated[object, Security(_BEARER)],
    _cookie: Annotated[object, Security(_COOKIE)],
) -> Caller:
    """
    Return who is asking, if they may do all that the route needs.

    Raises:
        InvalidTokenError: We do not know who it is.
        MissingPermissionError: We do, and they may not.
        ForeignPageError: Another site's page asks with our cookie.
    """
    caller, offered = await find_caller(request)
    if offered.by_cookie and request.method not in READING:
        refuse_foreign_pages(request, by_cookie=True)
    for scope in needed.scopes:
        require_permission(caller.permissions, permission=Permission(scope))
    return caller


def device_of(request: Request) -> Device:
    """Return where a person signs in from."""
    address = request.client.host if request.client else ""
    return Device(request.headers.get("user-agent", ""), address)


CampaignsRead = Annotated[Caller, Security(require, scopes=["campaigns.read"])]
CampaignsWrite = Annotated[Caller, Security(require, scopes=["campaigns.write"])]
ReviewRead = Annotated[Caller, Security(require, scopes=["review.read"])]
ReviewDecide = Annotated[Caller, Security(require, scopes=["review.decide"])]
AnalyticsRead = Annotated[Caller, Security(require, scopes=["analytics.read"])]
AnalyticsWrite = Annotated[Caller, Security(require, scopes=["analytics.write"])]
AccountOwn = Annotated[Caller, Security(require, scopes=["account.own"])]
ServicesRead = Annotated[Caller, Security(require, scopes=["admin.services.read"])]
