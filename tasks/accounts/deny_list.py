"""The deny-list: tokens and logins that ended before their time, known everywhere."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from math import ceil
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from redis.exceptions import RedisError

from config.connections import async_redis_client, redis_client
from config.errors import UnreachableError
from config.settings import settings
from tasks.accounts.tokens import Claims

log = logging.getLogger(__name__)

LEFT_ALONE_SECONDS = 1.0
"""After a failure plain requests do without Redis for so long."""

_SHORTEST_MS = 1_000
_ask_again_at = 0.0


class Verdict(NamedTuple):
    """What the list says of a token."""

    is_denied: bool
    is_changed: bool
    """What its login may do has changed a moment ago; the database knows."""
    is_sure: bool = True
    """The list was read."""


class UncertainLoginError(UnreachableError):
    """Redis does not answer, so nobody knows whether a token was taken back."""

    code = "login_uncertain"

    def __init__(self) -> None:
        super().__init__(
            "whether this login still stands cannot be checked; try again in a moment"
        )


def deny_token(claims: Claims, *, now_seconds: float) -> None:
    """
    Refuse one token for as long as it would have been good.

    The list goes by the token's own id, never by its text, which may be written in
    more than one way. Without Redis nothing is done: the login itself has ended in the
    database by then.
    """
    if claims.token_id is None or claims.ends_at is None:
        return
    left = timedelta(seconds=claims.ends_at - now_seconds)
    _write([_token_key(claims.token_id)], lasting=left)


def deny_logins(login_ids: Iterable[UUID]) -> None:
    """Refuse every access token of these logins, in every process, at once."""
    lifetime = settings().accounts.access_token_lifetime
    _write([_login_key(one) for one in login_ids], lasting=lifetime)


def announce_change(login_ids: Iterable[UUID], *, lasting: timedelta) -> None:
    """Have every process look again at what these logins may do."""
    _write([_changed_key(one) for one in login_ids], lasting=lasting)


def is_login_welcome(login_id: UUID) -> bool:
    """
    Return whether a login is not on the list.

    Raises:
        UncertainLoginError: Redis does not answer.
    """
    try:
        return not redis_client().exists(_login_key(login_id))
    except RedisError as away:
        raise UncertainLoginError from away


async def look_up(claims: Claims, *, surely: bool) -> Verdict:
    """
    Return what is known of a token and its login since they were last looked up.

    Args:
        claims: What the token states.
        surely: Whether not to know is worse than not to answer, as it is for the
            administration. Otherwise the login's row in the database decides alone.

    Raises:
        UncertainLoginError: Redis does not answer, and `surely` is asked for.
    """
    global _ask_again_at  # noqa: PLW0603 - one pause for the whole process
    keys = [_changed_key(claims.login_id), _login_key(claims.login_id)]
    if claims.token_id is not None:
        keys.append(_token_key(claims.token_id))
    if surely or monotonic() >= _ask_again_at:
        try:
            changed, *denied = await async_redis_client().mget(keys)
            return Verdict(is_denied=any(denied), is_changed=changed is not None)
        except (RedisError, OSError) as away:
            if surely:
                raise UncertainLoginError from away
            log.warning("the deny-list cannot be read; the database alone decides")
            _ask_again_at = monotonic() + LEFT_ALONE_SECONDS
    return Verdict(is_denied=False, is_changed=False, is_sure=False)


def _write(keys: list[str], *, lasting: timedelta) -> None:
    milliseconds = max(ceil(lasting.total_seconds() * 1000), _SHORTEST_MS)
    if not keys:
        return
    try:
        pipeline = redis_client().pipeline(transaction=False)
        for key in keys:
            pipeline.set(key, 1, px=milliseconds)
        pipeline.execute()
    except RedisError:
        log.warning("the deny-list cannot be written; other processes learn it later")


def _changed_key(login_id: UUID) -> str:
    return f"changed:login:{login_id}"


def _token_key(token_id: str) -> str:
    return f"denied:token:{token_id}"


def _login_key(login_id: UUID) -> str:
    return f"denied:login:{login_id}"
