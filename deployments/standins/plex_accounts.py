"""python -m deployments.standins.plex_accounts: plex.tv's sign-in, on loopback."""

import argparse
import json
import secrets
import string
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.clock import now
from config.errors import SetupError
from config.settings import settings
from deployments.stack.ports import PLEX_ACCOUNTS, open_listener
from deployments.standins.plex_people import PEOPLE, Person, find_person

PIN_SECONDS = 900
SECONDS_TO_CLOSE = 2
PAGE = Path(__file__).with_name("plex_sign_in.html")
_ALPHABET = string.ascii_lowercase + string.digits


class Pin(NamedTuple):
    """A PIN that was asked for, until it is over."""

    id: int
    code: str
    client_identifier: str
    expires_at: datetime

    def describe(self, token: str | None, *, at: datetime) -> dict[str, Any]:
        """Return it as `/api/v2/pins` tells it."""
        return {
            "id": self.id,
            "code": self.code,
            "product": "Muster",
            "trusted": False,
            "clientIdentifier": self.client_identifier,
            "expiresIn": max(0, round((self.expires_at - at).total_seconds())),
            "expiresAt": self.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "authToken": token,
            "newRegistration": None,
        }


class PlexStandIn:
    """Keeps PINs and tokens as long as it runs; the tokens are new each time."""

    def __init__(self, *, our_server: str, password: str, pin_seconds: float) -> None:
        self._our_server = our_server
        self._password = password
        self._pin_lifetime = timedelta(seconds=pin_seconds)
        self._tokens = {secrets.token_urlsafe(15): person for person in PEOPLE}
        self._pins: dict[int, Pin] = {}
        self._linked: dict[int, str] = {}

    def application(self) -> Starlette:
        """Return what is served."""
        return Starlette(
            routes=[
                Route("/api/v2/pins", self.create_pin, methods=["POST"]),
                Route("/api/v2/pins/link", self.link_pin, methods=["PUT"]),
                Route("/api/v2/pins/{pin_id:int}", self.show_pin),
                Route("/api/v2/users/signin", self.sign_in, methods=["POST"]),
                Route("/api/v2/user", self.show_user),
                Route("/api/v2/resources", self.list_resources),
                Route("/auth", self.show_page),
            ]
        )

    async def create_pin(self, request: Request) -> Response:
        """Answer `POST /api/v2/pins`."""
        client = request.headers.get("x-plex-client-identifier")
        if not client:
            return _refusal(request, 400, 1000, "X-Plex-Client-Identifier is missing")
        is_strong = (await _form(request)).get("strong") in {"true", "1"}
        code = "".join(secrets.choice(_ALPHABET) for _ in range(25 if is_strong else 4))
        pin = Pin(
            secrets.randbelow(2**31) + 1, code, client, now() + self._pin_lifetime
        )
        self._pins[pin.id] = pin
        return _answer(request, "pin", pin.describe(None, at=now()), status=201)

    async def show_pin(self, request: Request) -> Response:
        """Answer `GET /api/v2/pins/{id}`: only to whoever asked for the PIN."""
        pin = self._pins.get(request.path_params["pin_id"])
        client = request.headers.get("x-plex-client-identifier")
        if pin is None or pin.client_identifier != client or pin.expires_at <= now():
            return _refusal(request, 404, 1020, "Code not found or expired")
        told = pin.describe(self._linked.get(pin.id), at=now())
        return _answer(request, "pin", told)

    async def link_pin(self, request: Request) -> Response:
        """Answer `PUT /api/v2/pins/link`: the person with this token uses the code."""
        token = _token_of(request)
        code = (await _form(request)).get("code")
        if token not in self._tokens:
            return _unauthorized(request)
        for pin in self._pins.values():
            if pin.code == code and pin.expires_at > now():
                self._linked[pin.id] = token
                return Response(status_code=204)
        return _refusal(request, 404, 1020, "Code not found or expired")

    async def sign_in(self, request: Request) -> Response:
        """Answer `POST /api/v2/users/signin`: everybody has the one password."""
        form = await _form(request)
        person = find_person(form.get("login", ""))
        given = form.get("password", "").encode()
        is_right = secrets.compare_digest(given, self._password.encode())
        if person is None or not is_right:
            return _unauthorized(request)
        told = person.describe(self._token_for(person))
        return _answer(request, "user", told, status=201)

    async def show_user(self, request: Request) -> Response:
        """Answer `GET /api/v2/user`."""
        token = _token_of(request)
        person = self._tokens.get(token)
        if person is None:
            return _unauthorized(request)
        return _answer(request, "user", person.describe(token))

    async def list_resources(self, request: Request) -> Response:
        """Answer `GET /api/v2/resources`."""
        person = self._tokens.get(_token_of(request))
        if person is None:
            return _unauthorized(request)
        return _answer(request, "resources", person.list_resources(self._our_server))

    async def show_page(self, _request: Request) -> Response:
        """Show the page to sign in at, which stands in for app.plex.tv."""
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))

    def _token_for(self, person: Person) -> str:
        return next(token for token, one in self._tokens.items() if one == person)


def main() -> int:
    """Serve until a signal comes; print the address, then everybody's password."""
    wishes = _read_arguments()
    try:
        listener = open_listener(
            wishes.port, name="the Plex stand-in", setting=PLEX_ACCOUNTS
        )
    except SetupError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command talks to its caller
        return 2
    password = secrets.token_urlsafe(9)
    stand_in = PlexStandIn(
        our_server=settings().plex.machine_identifier,
        password=password,
        pin_seconds=wishes.pin_seconds,
    )
    host, port = listener.getsockname()
    print(f"http://{host}:{port}\npassword: {password}", flush=True)  # noqa: T201 - the caller reads it
    config = uvicorn.Config(
        stand_in.application(),
        access_log=False,
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="plex_accounts", description=__doc__)
    parser.add_argument("--port", type=int, help="0 takes any free port")
    parser.add_argument("--pin-seconds", type=float, default=PIN_SECONDS)
    wishes = parser.parse_args()
    if wishes.port is None:
        wishes.port = settings().stack.plex_accounts_port
    return wishes


def _token_of(request: Request) -> str:
    by_query = request.query_params.get("X-Plex-Token", "")
    return request.headers.get("x-plex-token", by_query)


async def _form(request: Request) -> Mapping[str, str]:
    body = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {**request.query_params, **{name: one[-1] for name, one in body.items()}}


def _answer(
    request: Request, name: str, told: Any, *, status: int = HTTPStatus.OK
) -> Response:
    """Answer in JSON if it is asked for, else in XML, as Plex does."""
    if "application/json" in request.headers.get("accept", ""):
        return Response(json.dumps(told), status, media_type="application/json")
    many = told if isinstance(told, list) else None
    root = ET.Element(name, {} if many is not None else _attributes(told))
    for one in many or ():
        ET.SubElement(root, name.removesuffix("s"), _attributes(one))
    return Response(ET.tostring(root), status, media_type="application/xml")


def _attributes(told: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: one for name, one in told.items() if not isinstance(one, list)}
    return {
        name: str(int(one)) if isinstance(one, bool) else str(one)
        for name, one in plain.items()
        if one is not None
    }


def _unauthorized(request: Request) -> Response:
    return _refusal(request, 401, 1001, "User could not be authenticated")


def _refusal(request: Request, status: int, code: int, message: str) -> Response:
    problem = {"code": code, "message": message, "status": status}
    if "application/json" in request.headers.get("accept", ""):
        return _answer(request, "errors", {"errors": [problem]}, status=status)
    return _answer(request, "errors", [problem], status=status)


if __name__ == "__main__":
    sys.exit(main())
