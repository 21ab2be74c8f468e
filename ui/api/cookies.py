"""The two cookies of a signed-in browser; no script of a page can read either."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from starlette.responses import Response

from config.clock import now
from config.settings import settings
from tasks.accounts.schemas import IssuedTokens
from tasks.accounts.tokens import InvalidTokenError, open_seal, seal


class CookieNames(NamedTuple):
    """What the two cookies are called here."""

    access: str
    refresh: str


SECURE_PIN_NAME, PLAIN_PIN_NAME = "__Host-plex-pin", "plex-pin"
SECURE_NAMES = CookieNames("__Host-access", "__Host-refresh")
"""`__Host-`: Secure, this host only, Path=/ (RFC 6265bis, section 4.1.3.2)."""

PLAIN_NAMES = CookieNames("access", "refresh")
_PIN_PURPOSE = "plex-pin"


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


def set_pin_cookie(response: Response, pin_id: int, *, until: datetime) -> None:
    """Bind a sign-in through Plex to the browser that began it."""
    response.set_cookie(
        _pin_name(),
        seal(_PIN_PURPOSE, str(pin_id)),
        max_age=max(0, int((until - now()).total_seconds())),
        path="/",
        secure=settings().accounts.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def holds_pin(cookies: Mapping[str, str], pin_id: int) -> bool:
    """Return whether a browser began the sign-in through Plex that it names."""
    with suppress(InvalidTokenError):
        sealed = cookies.get(_pin_name(), "")
        return open_seal(_PIN_PURPOSE, sealed) == str(pin_id)
    return False


def clear_pin_cookie(response: Response) -> None:
    """Have a sign-in through Plex be over."""
    secure = settings().accounts.secure_cookies
    response.delete_cookie(_pin_name(), path="/", secure=secure, httponly=True)


def _pin_name() -> str:
    return SECURE_PIN_NAME if settings().accounts.secure_cookies else PLAIN_PIN_NAME


def without_cookies(header: str, names: Iterable[str]) -> str:
    """Return a Cookie header without the cookies of these names."""
    unwanted = set(names)
    pairs = (pair.strip() for pair in header.split(";"))
    return "; ".join(
        pair for pair in pairs if pair and pair.partition("=")[0] not in unwanted
    )
