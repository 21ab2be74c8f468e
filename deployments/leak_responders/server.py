"""All responders as one application: HTTP in front, DNS and STUN beside it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from config.clock import now
from config.sections.leak_responders import LeakRespondersSettings
from deployments.leak_responders.dns_server import DnsServer
from deployments.leak_responders.listeners import (
    Listeners,
    close_all,
    open_stun_sockets,
)
from deployments.leak_responders.names import Zone
from deployments.leak_responders.pages import Pages
from deployments.leak_responders.places import places_of, zone_addresses
from deployments.leak_responders.stun import open_stun_port
from deployments.leak_responders.visits import Visit, Visits

_SWEEP_SECONDS = 5.0


def create_app(values: LeakRespondersSettings, listeners: Listeners) -> Starlette:
    """Return the application; DNS answers while it lives."""
    visits = Visits(values.most_visits, values.visit_lifetime)
    places = places_of(values, http_port=listeners.http_port)
    dns = DnsServer(Zone(places.zone, *zone_addresses(values)), visits)

    async def open_ports(visit: Visit) -> None:
        sockets = open_stun_sockets(values)
        try:
            visit.stun_ports = tuple(
                [
                    await open_stun_port(
                        one, lambda host, port: visit.saw_stun(host, port, now())
                    )
                    for one in sockets
                ]
            )
        except BaseException:
            close_all(sockets)
            raise

    pages = Pages(
        places,
        visits,
        token=values.token.get_secret_value(),
        open_ports=open_ports,
    )

    @asynccontextmanager
    async def alive(_: Starlette) -> AsyncGenerator[None]:
        await dns.open(listeners.dns_datagrams, listeners.dns_streams)
        sweeping = asyncio.create_task(_sweep(visits))
        try:
            yield
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping
            visits.end_all()
            dns.close()

    app = Starlette(routes=pages.routes(), lifespan=alive)
    app.add_middleware(_NamesFirst, pages=pages)
    return app


class _NamesFirst:
    """Answers whoever came by a name below the zone, whatever the path."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        greeted = None
        if scope["type"] == "http":
            greeted = self._pages.greet(Request(scope, receive))
        await (greeted or self._app)(scope, receive, send)


async def _sweep(visits: Visits) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        visits.sweep(now())
