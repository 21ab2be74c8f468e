"""One-time tickets: how a program opens a WebSocket without a token in its address."""

import secrets
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import orjson
from redis.exceptions import RedisError

from config.connections import async_redis_client
from config.errors import UnauthenticatedError, UnreachableError
from config.settings import settings

_KEY = "muster:ticket:"
_BYTES = 32


class TicketRefusedError(UnauthenticatedError):
    """Nobody was given this ticket, or it was used, or it is too old."""

    def __init__(self) -> None:
        super().__init__("this ticket was used or is too old; ask for another one")


class TicketStoreAwayError(UnreachableError):
    """Redis does not answer, so no ticket can be given or taken."""

    code = "ticket_store_away"

    def __init__(self) -> None:
        super().__init__("tickets cannot be given or taken now; try again soon")


class Holder(NamedTuple):
    """Whom a ticket speaks for."""

    account_id: UUID
    login_id: UUID


class Ticket(NamedTuple):
    """A ticket, and for how many seconds it is good."""

    text: str
    seconds: int


async def give_ticket(holder: Holder) -> Ticket:
    """
    Return a fresh ticket for somebody.

    Raises:
        TicketStoreAwayError: Redis does not answer.
    """
    text = secrets.token_urlsafe(_BYTES)
    lifetime = settings().events.ticket_lifetime
    try:
        await async_redis_client().set(
            _key(text), orjson.dumps([*map(str, holder)]), px=lifetime
        )
    except RedisError as lost:
        raise TicketStoreAwayError from lost
    return Ticket(text, int(lifetime.total_seconds()))


async def take_ticket(text: str) -> Holder:
    """
    Return whom a ticket speaks for; it is worth nothing from then on.

    Raises:
        TicketRefusedError: It is not, or no longer, good.
        TicketStoreAwayError: Redis does not answer.
    """
    try:
        held = await async_redis_client().getdel(_key(text))
    except RedisError as lost:
        raise TicketStoreAwayError from lost
    if held is None:
        raise TicketRefusedError
    return Holder(*(UUID(one) for one in orjson.loads(held)))


def _key(text: str) -> str:
    """Return the key of a ticket; whoever reads Redis does not learn the ticket."""
    return _KEY + sha256(text.encode()).hexdigest()
