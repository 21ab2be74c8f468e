"""By which address a tunnel leaves, as somebody outside sees it."""

import ipaddress
from typing import NamedTuple

import httpx
import iptocc

from config.errors import ApplicationError
from config.settings import settings
from tasks.clients.leak_responders import (
    open_leak_responders,
    read_echo,
)
from tasks.clients.proxy_forwarder import ProxyForwarder
from tasks.clients.proxy_forwarder_dialing import public_trust
from tasks.clients.proxy_forwarder_route import WayOut
from tasks.clients.tunnel_errors import ExitUnverifiedError

NO_ECHO = ExitUnverifiedError(
    "nobody outside can be asked by which address the tunnel leaves; set "
    "MUSTER_LEAK_TESTS__ECHO_URLS, or MUSTER_LEAK_TESTS__RESPONDER_URL to responders "
    "that can be reached through the tunnel"
)


class SeenExit(NamedTuple):
    """What an echo saw."""

    address: str
    country: str | None


async def look_at_exit(way_out: WayOut, *, seconds: float) -> SeenExit:
    """
    Ask an echo outside through a tunnel, and return what it saw.

    Raises:
        ExitUnverifiedError: No echo was reached, or none is set.
    """
    # A forwarder of its own: nobody else gets out before the exit is known.
    forwarder = ProxyForwarder(None, allow_local=True, connect_seconds=seconds)
    async with forwarder:
        forwarder.change_way_out(way_out)
        async with httpx.AsyncClient(
            proxy=f"http://127.0.0.1:{forwarder.port}",
            timeout=seconds,
            trust_env=False,
            verify=public_trust(),
        ) as client:
            for url in settings().leak_tests.echo_urls:
                address = await _ask(client, url)
                if address is not None:
                    return SeenExit(address, country_of(address))
            address = await _ask_responder(client, seconds=seconds)
    if address is None:
        raise NO_ECHO
    return SeenExit(address, country_of(address))


def country_of(address: str) -> str | None:
    """Return the country that an address is registered in; exits may lie elsewhere."""
    try:
        found = iptocc.country_code(address)
    except ValueError:
        return None
    return str(found) if found else None


async def _ask_responder(client: httpx.AsyncClient, *, seconds: float) -> str | None:
    section = settings().leak_tests
    if not section.responder_url:
        return None
    try:
        async with open_leak_responders(
            section.responder_url, section.responder_token, seconds=seconds
        ) as responders:
            visit = await responders.open_visit()
            try:
                return await _ask(client, visit.echo_url)
            finally:
                await responders.end_visit(visit.id)
    except ApplicationError:
        return None


async def _ask(client: httpx.AsyncClient, url: str) -> str | None:
    try:
        echo = read_echo(await client.get(url))
        return str(ipaddress.ip_address(echo.address)) if echo else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
