"""
A stand-in for gluetun: its control server, and a proxy that leaves by another address.

`python -m deployments.standins.gluetun --port 8000` serves what gluetun's wiki says of
the routes we use; the "VPN" is another address of loopback, 127.0.0.77. It says
`running` before the VPN carries anything, as the real one does.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tasks.clients.proxy_forwarder import ProxyForwarder
from tasks.clients.proxy_forwarder_dialing import (
    Link,
    TargetUnreachableError,
    UpstreamProxy,
)

EXIT = "127.0.0.77"
RUNNING, STOPPED, CRASHED = "running", "stopped", "crashed"
_OUTCOMES = {RUNNING: "running", STOPPED: "stopped"}


class GluetunStandIn:
    """One gluetun; `seconds` pass between `running` and a tunnel that works."""

    def __init__(self, *, api_key: str = "", seconds: float = 0.1) -> None:
        self._api_key, self._seconds = api_key, seconds
        self._state, self._works = STOPPED, False
        self._coming: asyncio.Task[None] | None = None
        self.proxy = ProxyForwarder(None, allow_local=True)

    @property
    def upstream(self) -> UpstreamProxy:
        """What the proxy takes us for: something that reaches targets by itself."""
        return UpstreamProxy("socks5", "gluetun", 0)

    async def open_link(self) -> Link:
        """Refuse: there is no further proxy."""
        raise TargetUnreachableError("there is no further proxy")

    async def open_tunnel(self, host: str, port: int) -> Link:
        """Connect from the VPN's address."""
        if not self._works:
            raise TargetUnreachableError("the VPN is down")
        try:
            return Link(
                *await asyncio.open_connection(host, port, local_addr=(EXIT, 0))
            )
        except OSError as error:
            raise TargetUnreachableError("the target does not answer") from error

    def application(self) -> Starlette:
        """Return the control server."""

        @asynccontextmanager
        async def life(_app: Starlette) -> AsyncGenerator[None]:
            port = await self.proxy.open()
            self.proxy.change_way_out(self)
            sys.stdout.write(f"proxy {port}\n")
            sys.stdout.flush()
            yield
            await self.proxy.close()

        return Starlette(
            routes=[
                Route("/v1/vpn/status", self._show),
                Route("/v1/vpn/status", self._change, methods=["PUT"]),
                Route("/v1/publicip/ip", self._show_address),
                Route("/v1/version", self._show_version),
                Route("/standin/crash", self._crash, methods=["POST"]),
            ],
            lifespan=life,
        )

    async def _show(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"status": self._state})

    async def _change(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        wished: Any = (await request.json()).get("status")
        if wished not in _OUTCOMES:
            return Response("unknown status", HTTPStatus.BAD_REQUEST)
        if wished == self._state:
            return JSONResponse({"outcome": f"already {wished}"})
        self._state, self._works = wished, False
        if self._coming is not None:
            self._coming.cancel()
        if wished == RUNNING:
            self._coming = asyncio.create_task(self._come_up())
        return JSONResponse({"outcome": _OUTCOMES[wished]})

    async def _show_address(self, request: Request) -> Response:
        address = EXIT if self._works else ""
        return self._refusal(request) or JSONResponse({"public_ip": address})

    async def _show_version(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"version": "stand-in"})

    async def _crash(self, _request: Request) -> Response:
        self._state, self._works = CRASHED, False
        return JSONResponse({"status": self._state})

    async def _come_up(self) -> None:
        await asyncio.sleep(self._seconds)
        self._works = True

    def _refusal(self, request: Request) -> Response | None:
        if self._api_key and request.headers.get("X-API-Key") != self._api_key:
            return Response("Unauthorized", HTTPStatus.UNAUTHORIZED)
        return None


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="gluetun", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api-key", default="")
    wishes = parser.parse_args()
    application = GluetunStandIn(api_key=wishes.api_key).application()
    uvicorn.run(application, host="127.0.0.1", port=wishes.port, log_level="warning")


if __name__ == "__main__":
    main()
