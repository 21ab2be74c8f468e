"""Have Multilogin X make proxies, and keep them; how much went through them."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import anyio.to_thread

from config.errors import InvalidError
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_wishes import ProxyAddress
from tasks.database import transaction
from tasks.proxies.create import keep_proxies
from tasks.proxies.schemas import GenerateRequest, NewProxy, TrafficAnswer

SOURCE = "multilogin"
ROTATING = "rotating"


class Doer(NamedTuple):
    """Who does something, as it is written down; may travel to a worker."""

    account_id: UUID
    email: str


async def ask_for_proxies(request: GenerateRequest) -> list[ProxyAddress]:
    """
    Have proxies made; each call makes others, so none is lost by a repeat.

    Raises:
        MultiLoginError: Multilogin X did not make them.
    """
    async with open_multilogin() as multilogin:
        return await multilogin.proxies.connection_url(
            country=request.country,
            region=request.region,
            city=request.city,
            protocol=request.protocol,
            session_type=request.session_type,
            ip_lifetime=_lifetime_of(request),
            count=request.count,
        )


async def keep_generated(
    made: list[ProxyAddress], request: GenerateRequest, doer: Doer
) -> list[int]:
    """Keep proxies that were made, and return their ids; safe to repeat."""
    new = [_described(one, request) for one in made]

    def keep() -> list[int]:
        with transaction() as session:
            return keep_proxies(session, new, doer, source=SOURCE)

    return await anyio.to_thread.run_sync(keep)


def require_possible(request: GenerateRequest) -> None:
    """
    Return if such proxies can be made.

    Raises:
        InvalidError: A rotating one needs to be told how long an exit is kept.
    """
    if request.session_type == ROTATING and not request.ip_lifetime_seconds:
        raise InvalidError(
            "say how long an exit is kept, from 1 to 86400 s",
            field="ip_lifetime_seconds",
        )


async def read_traffic() -> TrafficAnswer:
    """
    Return how much went through the generated proxies.

    Raises:
        MultiLoginError: Multilogin X did not say.
    """
    async with open_multilogin() as multilogin:
        told = await multilogin.proxies.traffic()
    return TrafficAnswer(bytes=int(told.traffic), billing_id=told.billing_id)


def _lifetime_of(request: GenerateRequest) -> timedelta | None:
    seconds = request.ip_lifetime_seconds
    return timedelta(seconds=seconds) if seconds else None


def _described(made: ProxyAddress, request: GenerateRequest) -> NewProxy:
    country = None if request.country == "any" else request.country
    return NewProxy.model_validate(
        {
            "ip": made.host,
            "port": made.port,
            "username": made.username or None,
            "password": made.password.get_secret_value() or None,
            "protocol": made.kind,
            "country": country,
            "region": request.region or None,
            "city": request.city or None,
            "tags": request.tags,
            "notes": request.notes,
        }
    )
