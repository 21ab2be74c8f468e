"""Who may watch Muster: an administrator, or a monitoring system."""

import asyncio
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address
from typing import Annotated

from fastapi import Security
from fastapi.security import SecurityScopes
from starlette.requests import Request

from config.errors import UnreachableError
from config.settings import settings
from ui.api.auth import BEARER, COOKIE, find_token, require

LONGEST_CHECK_SECONDS = 3.0

_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class UnsureWhoAsksError(UnreachableError):
    """The login could not be looked up in time."""

    def __init__(self) -> None:
        super().__init__("your login could not be checked in time; try again")


def is_monitor(request: Request) -> bool:
    """
    Return whether a monitoring system asks, by the token or the networks that are set.

    A request that came through a proxy is not known by its network: the address it
    seems to come from is then the proxy's, or one that anybody may have written.
    """
    offered = find_token(request.headers, {})
    known = settings().api.monitoring_token.get_secret_value()
    if known and offered is not None:
        return compare_digest(offered.text.encode(), known.encode())
    if any(name in request.headers for name in _FORWARDING):
        return False
    return is_in_monitoring_network(request.client.host if request.client else "")


def is_in_monitoring_network(host: str) -> bool:
    """Return whether an address is in one of the networks that are set."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in settings().api.monitoring_networks)


async def require_monitor(
    request: Request,
    needed: SecurityScopes,
    bearer: Annotated[object, Security(BEARER)],
    cookie: Annotated[object, Security(COOKIE)],
) -> None:
    """
    Return if a monitoring system asks, or somebody who may; never wait for long.

    Raises:
        UnsureWhoAsksError: The database did not say in time who is asking.
        ApplicationError: As `ui.api.auth.require`.
    """
    if is_monitor(request):
        return
    check = asyncio.ensure_future(require(request, needed, bearer, cookie))
    done, _ = await asyncio.wait({check}, timeout=LONGEST_CHECK_SECONDS)
    if not done:
        check.cancel()
        raise UnsureWhoAsksError
    check.result()


Monitor = Annotated[None, Security(require_monitor, scopes=["admin.services.read"])]
