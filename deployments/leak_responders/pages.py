"""The pages of the responders over HTTP."""

import html
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from config.clock import now
from deployments.leak_responders.places import Places
from deployments.leak_responders.visits import Visit, Visits, family_of

_PAGE = Path(__file__).with_name("page.html")
_OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Private-Network": "true",
    "Cache-Control": "no-store",
}
_NOT_OPEN = "this visit is not open; open one with POST /visits"

OpenPorts = Callable[[Visit], Awaitable[None]]
"""Gives a visit STUN ports of its own; raises OSError when none is free."""


class Pages:
    """What is answered to whom."""

    def __init__(
        self, places: Places, visits: Visits, *, token: str, open_ports: OpenPorts
    ) -> None:
        self._places = places
        self._visits = visits
        self._token = token
        self._open_ports = open_ports
        self._page = _PAGE.read_text(encoding="utf-8")

    def routes(self) -> list[Route]:
        """Return all of them."""
        one = "/visits/{visit_id}"
        return [
            Route("/health", self._health),
            Route("/visits", self._open, methods=["POST"]),
            Route(one, self._read),
            Route(one, self._close, methods=["DELETE"]),
            Route(f"{one}/page", self._show_page),
            Route(f"{one}/echo", self._echo, methods=["GET", "OPTIONS"]),
        ]

    def greet(self, request: Request) -> Response | None:
        """Answer whoever came by a name below the zone; None if nobody did."""
        host = request.headers.get("host", "").split(":")[0].rstrip(".").lower()
        if not host.endswith(f".{self._places.zone}"):
            return None
        visit = self._visits.find(
            host.removesuffix(f".{self._places.zone}").split(".")[-1]
        )
        if visit is None:
            return _problem(404, "visit_not_found", _NOT_OPEN)
        if request.method != "OPTIONS":
            visit.saw_http(_peer(request), "name", now())
        return Response(status_code=204, headers=_OPEN_TO_ALL)

    def sweep(self, at: datetime) -> None:
        """Close the visits whose time is over."""
        self._visits.sweep(at)

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "zone": self._places.zone})

    async def _open(self, request: Request) -> Response:
        if not self._knows(request):
            return _unknown()
        visit = self._visits.admit(now())
        if visit is None:
            return _problem(
                429, "too_many_visits", "too many visits are open; try again later"
            )
        try:
            await self._open_ports(visit)
        except OSError:
            self._visits.end(visit.id)
            return _problem(
                503, "no_free_port", "no UDP port is free; try again when a visit ends"
            )
        return JSONResponse(self._places.told(visit), 201)

    async def _read(self, request: Request) -> Response:
        if not self._knows(request):
            return _unknown()
        visit = self._visit(request)
        if visit is None:
            return _problem(404, "visit_not_found", _NOT_OPEN)
        return JSONResponse(visit.told(), headers={"Cache-Control": "no-store"})

    async def _close(self, request: Request) -> Response:
        if not self._knows(request):
            return _unknown()
        self._visits.end(request.path_params["visit_id"])
        return Response(status_code=204)

    async def _show_page(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit is None:
            return _problem(404, "visit_not_found", _NOT_OPEN)
        visit.saw_http(_peer(request), "page", now())
        nonce = secrets.token_hex(16)
        told = html.escape(json.dumps(self._places.told(visit)))
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; "
            f"style-src 'nonce-{nonce}'; connect-src *; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        return Response(
            self._page.replace("{{nonce}}", nonce).replace("{{visit}}", told),
            media_type="text/html",
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": policy,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def _echo(self, request: Request) -> Response:
        visit = self._visit(request)
        if visit is None:
            return _problem(404, "visit_not_found", _NOT_OPEN)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_OPEN_TO_ALL)
        address = _peer(request)
        visit.saw_http(address, "echo", now())
        headers = [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in request.headers.raw
        ]
        told = {"address": address, "family": family_of(address), "headers": headers}
        return JSONResponse(told, headers=_OPEN_TO_ALL)

    def _visit(self, request: Request) -> Visit | None:
        self._visits.sweep(now())
        return self._visits.find(request.path_params["visit_id"])

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return not self._token or secrets.compare_digest(
            given.encode(), f"Bearer {self._token}".encode()
        )


def _peer(request: Request) -> str:
    # The address of the connection, whatever a header claims: that is the point.
    return request.client.host if request.client else "0.0.0.0"  # noqa: S104 - nobody, not bound


def _unknown() -> Response:
    return _problem(
        401, "unauthenticated", "show the token of these responders as a bearer token"
    )


def _problem(status: int, error: str, message: str) -> Response:
    told = {"error": error, "message": message}
    return JSONResponse(told, status, headers=_OPEN_TO_ALL)
