"""Tokens of Multilogin X: whether one is good, what comes next, where they are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import md5
from typing import Any

import jwt
from pydantic import SecretStr
from redis.asyncio import Redis

from tasks.clients.multilogin_errors import MultiLoginUnreadableError
from tasks.clients.multilogin_keys import redis_failures_named

MARGIN = timedelta(seconds=60)
"""A token is replaced so long before it ends."""

KEPT_FOR = timedelta(days=1)
"""An ended token is kept so long for its refresh token, whose lifetime is unknown."""

REFUSED_FOR = timedelta(seconds=30)
"""Wrong credentials are not tried again for so long: 10 tries a minute lock us out."""


class Step(StrEnum):
    """How to come to a token that is taken."""

    USE = "use"
    REFRESH = "refresh"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gave; neither token shows in a text of it."""

    access: SecretStr
    refresh: SecretStr
    expires_at: datetime
    workspace_id: str = ""

    def is_good(self, *, now: datetime) -> bool:
        """Whether it will be good for another minute."""
        return now < self.expires_at - MARGIN


def hash_password(password: SecretStr) -> str:
    """
    Return a password as the API takes it: 32 lower-case hexadecimal digits.

    Source: Multilogin X API, `POST /user/signin`: the MD5 digest of the UTF-8 text.
    """
    typed = password.get_secret_value().encode()
    # The wire format asks for it; TLS keeps it secret, not the digest.
    return md5(typed, usedforsecurity=False).hexdigest()


def read_tokens(data: Any) -> Tokens:
    """
    Return the tokens of an answer, or of what Redis keeps.

    Raises:
        MultiLoginUnreadableError: A member is missing, or the token is no JWT.
    """
    try:
        access, refresh = str(data["token"]), str(data.get("refresh_token") or "")
        claims = _read_claims(access)
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise MultiLoginUnreadableError from None
    workspace_id = str(claims.get("workspaceID") or "")
    return Tokens(SecretStr(access), SecretStr(refresh), expires_at, workspace_id)


def workspace_of(token: str) -> str:
    """
    Return the workspace that a token opens; an automation token need not end.

    Raises:
        MultiLoginUnreadableError: It is no JWT.
    """
    return str(_read_claims(token).get("workspaceID") or "")


def next_step(tokens: Tokens | None, *, refused: Sequence[str], now: datetime) -> Step:
    """
    Return how to come to a token: use the cached one, refresh it, or sign in.

    Args:
        tokens: What the workers share at present.
        refused: Tokens that were not taken for the request at hand, in order: after
            the first there is one refresh, after the second one sign-in.
        now: The present moment.
    """
    if tokens is None:
        return Step.SIGN_IN
    is_refused = tokens.access.get_secret_value() in refused
    if not is_refused and tokens.is_good(now=now):
        return Step.USE
    if len(refused) > 1 or not tokens.refresh.get_secret_value():
        return Step.SIGN_IN
    return Step.REFRESH


class TokenStore:
    """Where all workers find the tokens of one account."""

    def __init__(self, redis: Redis, *, key: str) -> None:
        self._redis, self._key = redis, key

    async def load(self) -> Tokens | None:
        """
        Return what is kept, or None if there is nothing readable.

        Raises:
            SharedStateAwayError: Redis does not answer.
        """
        with redis_failures_named():
            kept = await self._redis.get(self._key)
        try:
            return read_tokens(json.loads(kept)) if kept else None
        except (ValueError, MultiLoginUnreadableError):
            return None

    async def save(self, tokens: Tokens) -> None:
        """Keep tokens for everybody."""
        told = {
            "token": tokens.access.get_secret_value(),
            "refresh_token": tokens.refresh.get_secret_value(),
        }
        with redis_failures_named():
            await self._redis.set(self._key, json.dumps(told), ex=KEPT_FOR)

    async def forget(self) -> None:
        """Have the next caller sign in."""
        with redis_failures_named():
            await self._redis.delete(self._key)

    async def note_refusal(self) -> None:
        """Remember for a while that the credentials are wrong."""
        with redis_failures_named():
            await self._redis.set(f"{self._key}:refused", b"1", ex=REFUSED_FOR)

    async def was_refused(self) -> bool:
        """Whether the credentials were found wrong a moment ago."""
        with redis_failures_named():
            return bool(await self._redis.exists(f"{self._key}:refused"))


def _read_claims(token: str) -> Mapping[str, Any]:
    # Only its issuer can check the signature; we read when it ends.
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token, options={"verify_signature": False}
        )
    except jwt.PyJWTError:
        raise MultiLoginUnreadableError from None  # its message would show the token
    return claims
