"""Who is asking, and may they: dependencies that a route names in its signature."""

from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from config.errors import ForbiddenError
from config.settings import settings
from config.vocabulary import Permission
from tasks.accounts import deny_list
from tasks.accounts.logins import caller_of, find_remembered, look_again_at
from tasks.accounts.permissions import require_permission
from tasks.accounts.schemas import Caller, Device
from tasks.accounts.tokens import Claims, InvalidTokenError, read_token
from ui.api.client_address import address_of, household_of
from ui.api.cookies import SECURE_NAMES, cookie_names

READING = {"GET", "HEAD", "OPTIONS"}
_ADMINISTRATION = "admin."
_KNOWN = "muster.known_caller"
BEARER = HTTPBearer(auto_error=False, description="The access token, for programs.")
COOKIE = APIKeyCookie(
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
    return is_own_origin(headers)


def is_own_origin(headers: Headers) -> bool | None:
    """Return whether the header Origin names us; None if there is none."""
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


def from_own_page(request: Request) -> None:
    """
    Return unless another site's page asks, for routes that need no login.

    Raises:
        ForeignPageError: It does.
    """
    refuse_foreign_pages(request, by_cookie=False)


class KnownCaller(NamedTuple):
    """Who a request speaks for, as it was found out once for all who ask."""

    caller: Caller
    offered: OfferedToken
    is_sure: bool
    """The deny-list was read."""


async def find_caller(
    connection: HTTPConnection, *, surely: bool = False
) -> tuple[Caller, OfferedToken]:
    """
    Return who a request speaks for: one look into Redis, one into our memory.

    Args:
        connection: The request; what is found is kept with it.
        surely: Do not answer rather than do without the deny-list.

    Raises:
        InvalidTokenError: It brings no token, or one that is not good any more.
        UncertainLoginError: The deny-list cannot be read, and `surely` is asked for.
    """
    known: KnownCaller | None = connection.scope.get(_KNOWN)
    if known is None or (surely and not known.is_sure):
        offered = find_token(connection.headers, connection.cookies)
        if offered is None:
            raise InvalidTokenError("this needs an access token, and none came with it")
        found = await _find_by_claims(read_token(offered.text), surely=surely)
        known = KnownCaller(found.caller, offered, found.is_sure)
        connection.scope[_KNOWN] = known
    return known.caller, known.offered


def account_of(scope: Scope) -> UUID | None:
    """Return which account a request spoke for, as far as anybody has asked."""
    known: KnownCaller | None = scope.get(_KNOWN)
    return known.caller.account_id if known else None


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
        InvalidTokenError: The token was taken back, the login has ended, or the
            account is not active.
    """
    return (await _find_by_claims(claims, surely=False)).caller


async def require(
    request: Request,
    needed: SecurityScopes,
    _bearer: Annotated[object, Security(BEARER)],
    _cookie: Annotated[object, Security(COOKIE)],
) -> Caller:
    """
    Return who is asking, if they may do all that the route needs.

    Raises:
        InvalidTokenError: We do not know who it is.
        MissingPermissionError: We do, and they may not.
        ForeignPageError: Another site's page asks with our cookie.
        UncertainLoginError: The deny-list cannot be read, and this is administration.
    """
    is_administration = any(one.startswith(_ADMINISTRATION) for one in needed.scopes)
    caller, offered = await find_caller(request, surely=is_administration)
    if offered.by_cookie and request.method not in READING:
        refuse_foreign_pages(request, by_cookie=True)
    for scope in needed.scopes:
        require_permission(caller.permissions, permission=Permission(scope))
    return caller


def device_of(request: HTTPConnection) -> Device:
    """Return where a person signs in from."""
    address = address_of(request)
    user_agent = request.headers.get("user-agent", "")
    return Device(user_agent, address, household=household_of(address))


class _Found(NamedTuple):
    caller: Caller
    is_sure: bool


async def _find_by_claims(claims: Claims, *, surely: bool) -> _Found:
    verdict = await deny_list.look_up(claims, surely=surely)
    if verdict.is_denied:
        raise InvalidTokenError
    if verdict.is_changed:
        look_again_at([claims.login_id])
    if find_remembered(claims.login_id) is None:
        caller = await run_in_threadpool(caller_of, claims)
    else:
        caller = caller_of(claims)
    return _Found(caller, verdict.is_sure)


CampaignsRead = Annotated[Caller, Security(require, scopes=["campaigns.read"])]
CampaignsWrite = Annotated[Caller, Security(require, scopes=["campaigns.write"])]
ReviewRead = Annotated[Caller, Security(require, scopes=["review.read"])]
ReviewDecide = Annotated[Caller, Security(require, scopes=["review.decide"])]
BrowserProfilesRead = Annotated[
    Caller, Security(require, scopes=["browser_profiles.read"])
]
BrowserProfilesWrite = Annotated[
    Caller, Security(require, scopes=["browser_profiles.write"])
]
ProxiesRead = Annotated[Caller, Security(require, scopes=["proxies.read"])]
ProxiesWrite = Annotated[Caller, Security(require, scopes=["proxies.write"])]
ProxiesSecrets = Annotated[Caller, Security(require, scopes=["proxies.secrets"])]
AnalyticsRead = Annotated[Caller, Security(require, scopes=["analytics.read"])]
AnalyticsWrite = Annotated[Caller, Security(require, scopes=["analytics.write"])]
CloakRead = Annotated[Caller, Security(require, scopes=["cloak.read"])]
CloakTest = Annotated[Caller, Security(require, scopes=["cloak.test"])]
CloakConnect = Annotated[Caller, Security(require, scopes=["cloak.connect"])]
AccountOwn = Annotated[Caller, Security(require, scopes=["account.own"])]
AccountsRead = Annotated[Caller, Security(require, scopes=["admin.accounts.read"])]
AccountsWrite = Annotated[Caller, Security(require, scopes=["admin.accounts.write"])]
SecretsWrite = Annotated[Caller, Security(require, scopes=["admin.secrets.write"])]
PersonsForget = Annotated[Caller, Security(require, scopes=["admin.persons.forget"])]
ServicesRead = Annotated[Caller, Security(require, scopes=["admin.services.read"])]
ErrorsRead = Annotated[Caller, Security(require, scopes=["admin.errors.read"])]
LimitsRead = Annotated[Caller, Security(require, scopes=["admin.limits.read"])]
