"""The two cookies of a signed-in browser; no script of a page can read either."""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import Response

from config.clock import now
from config.settings import settings
from tasks.accounts.schemas import IssuedTokens


class CookieNames(NamedTuple):
    """What the two cookies are called here."""

    access: str
    refresh: str


SECURE_NAMES = CookieNames("__Host-access", "__Host-refresh")
"""`__Host-`: Secure, this host only, Path=/ (RFC 6265bis, section 4.1.3.2)."""

PLAIN_NAMES = CookieNames("access", "refresh")


def cookie_names() -> CookieNames:
    """Return the names that are in use."""
    return SECURE_NAMES if settings().accounts.secure_cookies else PLAIN_NAMES


def set_login_cookies(response: Response, tokens: IssuedTokens) -> None:
    """Give the browser both tokens of a login."""
    names, secure = cookie_names(), settings().accounts.secure_cookies
    response.set_cookie(
        names.access,
        tokens.access,
        max_age=tokens.access_seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    response.set_cookie(
        names.refresh,
        tokens.refresh,
        max_age=max(0, int((tokens.refresh_until - now()).total_seconds())),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"


def clear_login_cookies(response: Response) -> None:
    """Take both tokens away from the browser."""
    secure = settings().accounts.secure_cookies
    for name in cookie_names():
        response.delete_cookie(name, path="/", secure=secure, httponly=True)


def without_cookies(header: str, names: Iterable[str]) -> str:
    """Return a Cookie header without the cookies of these names."""
    unwanted = set(names)
    pairs = (pair.strip() for pair in header.split(";"))
    return "; ".join(
        pair for pair in pairs if pair and pair.partition("=")[0] not in unwanted
    )
