"""Tokens: signed ones for access and for the console, opaque ones for refreshing."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import jwt

from config.errors import SetupError, UnauthenticatedError
from config.settings import settings

ISSUER = "muster"
_ALGORITHM = "HS256"
_SHORTEST_KEY = 32
_SECRET_BYTES = 32
_PROOF_BYTES = 16
_WRITTEN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")


class _Kind(NamedTuple):
    """One kind of signed token: told apart by `typ` and by audience."""

    type: str
    audience: str
    claims: tuple[str, ...]


_ACCESS = _Kind(
    "at+jwt", "muster-api", ("iss", "aud", "sub", "sid", "exp", "iat", "jti")
)
_CONSOLE = _Kind("console+jwt", "console", ("iss", "aud", "sub", "sid"))


class Claims(NamedTuple):
    """Whom a signed token speaks for; whether the login still stands is asked apart."""

    account_id: UUID
    login_id: UUID
    token_id: str | None = None
    """Of an access token, for the deny-list."""
    ends_at: int | None = None
    """Of an access token, in seconds since 1970."""


class RefreshToken(NamedTuple):
    """An opaque refresh token, taken apart: the login it belongs to and its secret."""

    login_id: UUID
    secret: bytes

    @property
    def hash(self) -> str:
        """What the database keeps of it."""
        return hashlib.sha256(self.secret).hexdigest()


class InvalidTokenError(UnauthenticatedError):
    """A token that was not made here, has ended, or was changed."""

    def __init__(self, message: str = "the token is invalid or has ended") -> None:
        super().__init__(f"{message}; sign in again")


def issue_access_token(claims: Claims, *, now: datetime) -> str:
    """
    Return an access token, valid for as long as the setting says.

    Source: RFC 9068 (JWT profile for access tokens), RFC 8725.
    """
    lifetime = settings().accounts.access_token_lifetime
    stated = {
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    return _sign(_ACCESS, claims, stated)


def issue_console_token(claims: Claims) -> str:
    """
    Return the token by which a console script speaks for a person to the API.

    It is the same each time, because Streamlit takes a reconnecting browser back only
    if what it knows of the person is equal; so it has no end of its own and is worth
    as much as the login it names.
    """
    return _sign(_CONSOLE, claims, {})


def read_token(token: str) -> Claims:
    """
    Return whom a signed token of either kind speaks for.

    Raises:
        InvalidTokenError: It was not signed here, is not of a kind we know, or is over.
    """
    try:
        kind = _kind_of(token)
        stated = jwt.decode(
            token,
            signing_key(),
            algorithms=[_ALGORITHM],
            audience=kind.audience,
            issuer=ISSUER,
            options={"require": list(kind.claims), "enforce_minimum_key_length": True},
        )
        return Claims(
            account_id=UUID(stated["sub"]),
            login_id=UUID(stated["sid"]),
            token_id=stated.get("jti"),
            ends_at=stated.get("exp"),
        )
    except (jwt.PyJWTError, ValueError, AttributeError, TypeError):
        raise InvalidTokenError from None


def first_refresh_token(login_id: UUID) -> RefreshToken:
    """Return the first refresh token of a login: 256 random bits."""
    return RefreshToken(login_id, secrets.token_bytes(_SECRET_BYTES))


def next_refresh_token(token: RefreshToken) -> RefreshToken:
    """
    Return the successor of a refresh token; always the same one.

    Two tabs that present the same token at once get the same successor, though only
    its hash is stored. Without our key it cannot be computed.
    """
    return RefreshToken(token.login_id, _digest(b"next", token.secret))


def write_refresh_token(token: RefreshToken) -> str:
    """Return a refresh token as its holder is given it."""
    body = token.login_id.bytes + token.secret
    return base64.urlsafe_b64encode(body + _proof(body)).rstrip(b"=").decode()


def read_refresh_token(text: str) -> RefreshToken:
    """
    Return a refresh token as its holder presents it.

    Raises:
        InvalidTokenError: We never made it; nothing is to be concluded for any login.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        raise InvalidTokenError from None
    body, proof = raw[:-_PROOF_BYTES], raw[-_PROOF_BYTES:]
    if len(body) != _SECRET_BYTES + 16 or not hmac.compare_digest(proof, _proof(body)):
        raise InvalidTokenError
    return RefreshToken(UUID(bytes=body[:16]), body[16:])


def seal(purpose: str, text: str) -> str:
    """Return a text that only we can have written, for one purpose."""
    return f"{text}.{_digest(purpose.encode(), text.encode()).hex()}"


def open_seal(purpose: str, sealed: str) -> str:
    """
    Return the text of a seal.

    Raises:
        InvalidTokenError: We did not write it for this purpose.
    """
    text, _, _ = sealed.rpartition(".")
    if not hmac.compare_digest(seal(purpose, text).encode(), sealed.encode()):
        raise InvalidTokenError
    return text


def signing_key() -> str:
    """
    Return the key that all tokens are signed with.

    Raises:
        SetupError: None is set, or one that is too short.
    """
    key = settings().accounts.signing_key.get_secret_value()
    if len(key) < _SHORTEST_KEY:
        raise SetupError(
            f"MUSTER_ACCOUNTS__SIGNING_KEY needs {_SHORTEST_KEY} characters or more; "
            "set the same random text for every process"
        )
    return key


def _kind_of(token: str) -> _Kind:
    if not _WRITTEN.fullmatch(token):  # the library takes one with `=` appended
        raise InvalidTokenError
    stated = jwt.get_unverified_header(token).get("typ")
    for kind in (_ACCESS, _CONSOLE):
        if stated == kind.type:
            return kind
    raise InvalidTokenError


def _sign(kind: _Kind, claims: Claims, stated: dict[str, Any]) -> str:
    body = {
        "iss": ISSUER,
        "aud": kind.audience,
        "sub": str(claims.account_id),
        "sid": str(claims.login_id),
    }
    return jwt.encode(
        body | stated, signing_key(), algorithm=_ALGORITHM, headers={"typ": kind.type}
    )


def _proof(body: bytes) -> bytes:
    return _digest(b"proof", body)[:_PROOF_BYTES]


def _digest(purpose: bytes, content: bytes) -> bytes:
    return hmac.digest(signing_key().encode(), purpose + b"\0" + content, "sha256")
