"""The echo, DNS and STUN responders of leak tests: open a visit, read who came."""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import anyio
import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from config.errors import RefusedError, SetupError, UnreachableError, UnreadableError
from tasks.clients.proxy_forwarder import (
    ProxyForwarder,
    UpstreamProxy,
    check_upstream,
)

_GOODBYE_SECONDS = 2.0
_LARGEST_ANSWER = 2_000_000

Read = TypeVar("Read")


class ResponderSilentError(UnreachableError):
    """The responders of leak tests do not answer."""

    code = "leak_responder_unreachable"

    def __init__(self, url: str) -> None:
        super().__init__(
            f"the leak test's responder at {url} does not answer; see that it runs, "
            "and that MUSTER_LEAK_TESTS__RESPONDER_URL is its address"
        )


class ResponderRefusedError(RefusedError):
    """The responders understood us and opened no visit."""

    code = "leak_responder_refused"

    def __init__(self, status: int) -> None:
        super().__init__(
            f"the leak test's responder answered {status}; see that "
            "MUSTER_LEAK_TESTS__RESPONDER_TOKEN is the token it was started with"
        )


class ResponderUnreadableError(UnreadableError):
    """What answers there is not our responder."""

    code = "leak_responder_unreadable"

    def __init__(self, url: str) -> None:
        super().__init__(
            f"what answers at {url} is no responder of leak tests; see that "
            "MUSTER_LEAK_TESTS__RESPONDER_URL is the address of one"
        )


class NoResponderError(SetupError):
    """No responder is set."""

    code = "no_leak_responder"

    def __init__(self) -> None:
        super().__init__(
            "no responder of leak tests is set: start one, and set "
            "MUSTER_LEAK_TESTS__RESPONDER_URL to its address"
        )


class Told(BaseModel):
    """What a responder or its page says; names we do not know are left alone."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class StunPlace(Told):
    """Where a visit's own STUN responder listens."""

    host: str
    port: int
    family: int


class Visit(Told):
    """One visit: addresses and names that nobody else was told."""

    id: str
    page_url: str
    page_url6: str | None = None
    echo_url: str
    echo_url6: str | None = None
    names: tuple[str, ...] = ()
    name_port: int = 80
    stun: tuple[StunPlace, ...] = ()
    stun_name: str | None = None
    expires_at: datetime | None = None


class Echo(Told):
    """How a request arrived: from which address, with which headers."""

    address: str
    family: int = 4
    headers: tuple[tuple[str, str], ...] = ()


class HttpSighting(Told):
    """Somebody who sent a request within a visit."""

    address: str
    family: int = 4
    at: datetime | None = None


class DnsSighting(Told):
    """A resolver that asked for a name of a visit."""

    resolver: str
    name: str = ""
    type: str = ""
    transport: str = "udp"
    at: datetime | None = None


class StunSighting(Told):
    """Somebody who sent a binding request to a visit's own port."""

    address: str
    port: int = 0
    family: int = 4
    at: datetime | None = None


class VisitLog(Told):
    """Whom the responders saw in the course of a visit."""

    http: tuple[HttpSighting, ...] = ()
    dns: tuple[DnsSighting, ...] = ()
    stun: tuple[StunSighting, ...] = ()


_type_of_echo: TypeAdapter[Echo] = TypeAdapter(Echo)
_type_of_visit: TypeAdapter[Visit] = TypeAdapter(Visit)
_type_of_log: TypeAdapter[VisitLog] = TypeAdapter(VisitLog)


class LeakResponders:
    """An open connection to the responders; it never goes through an exit."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client, self._url = client, url

    async def open_visit(self) -> Visit:
        """
        Open a visit; it ends by itself after some minutes.

        Raises:
            ResponderSilentError: Nothing answers.
            ResponderRefusedError: The token is not the right one.
            ResponderUnreadableError: Something else answers there.
        """
        return self._read(await self._ask("POST", "/visits"), _type_of_visit)

    async def read_log(self, visit_id: str) -> VisitLog:
        """Return whom the responders saw; raises as `open_visit` does."""
        return self._read(await self._ask("GET", f"/visits/{visit_id}"), _type_of_log)

    async def end_visit(self, visit_id: str) -> None:
        """Have a visit's ports closed; that it fails is left to the visit's end."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(_GOODBYE_SECONDS):
            try:
                await self._client.delete(f"/visits/{visit_id}")
            except httpx.HTTPError:
                return

    async def _ask(self, method: str, path: str) -> httpx.Response:
        try:
            answer = await self._client.request(method, path)
        except (httpx.TransportError, httpx.InvalidURL) as silent:
            raise ResponderSilentError(self._url) from silent
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ResponderSilentError(self._url)
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise ResponderRefusedError(answer.status_code)
        if not answer.is_success:
            raise ResponderUnreadableError(self._url)
        return answer

    def _read(self, answer: httpx.Response, kind: TypeAdapter[Read]) -> Read:
        try:
            return kind.validate_json(answer.content)
        except ValidationError as odd:
            raise ResponderUnreadableError(self._url) from odd


@asynccontextmanager
async def open_leak_responders(
    url: str, token: SecretStr, *, seconds: float
) -> AsyncGenerator[LeakResponders]:
    """
    Yield the responders at an address, asked directly whatever the exit under test.

    Raises:
        NoResponderError: The address is empty.
    """
    if not url:
        raise NoResponderError
    secret = token.get_secret_value()
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    async with open_exit_client(None, seconds=seconds, base_url=url) as client:
        client.headers.update(headers)
        yield LeakResponders(client, url)


@asynccontextmanager
async def open_exit_client(
    proxy_url: SecretStr | None, *, seconds: float, base_url: str = ""
) -> AsyncGenerator[httpx.AsyncClient]:
    """
    Yield a client that leaves by a proxy, or directly; never as the shell says.

    A proxy is reached as browsers reach it, by a forwarder of our own.

    Raises:
        InvalidError: The proxy's address is none.
        UpstreamUnreachableError: The proxy does not answer.
        UpstreamCredentialsError: It does not let us in.
    """
    async with AsyncExitStack() as opened:
        proxy = None
        if proxy_url is not None:
            upstream = UpstreamProxy.from_url(proxy_url.get_secret_value())
            await check_upstream(upstream, seconds=seconds)
            forwarder = await opened.enter_async_context(
                ProxyForwarder(upstream, allow_local=True, connect_seconds=seconds)
            )
            proxy = f"http://127.0.0.1:{forwarder.port}"
        client = httpx.AsyncClient(
            base_url=base_url,
            proxy=proxy,
            timeout=seconds,
            trust_env=False,
            verify=_trust(),
            follow_redirects=False,
        )
        yield await opened.enter_async_context(client)


def read_echo(answer: httpx.Response) -> Echo | None:
    """Return what an echo answered, of ours or of the public kind; None if neither."""
    if not answer.is_success or len(answer.content) > _LARGEST_ANSWER:
        return None
    try:
        return _type_of_echo.validate_json(answer.content)
    except ValidationError:
        return _read_public_echo(answer)


def _read_public_echo(answer: httpx.Response) -> Echo | None:
    """Read `{"ip": ...}`, or an address as plain text, as public echoes answer."""
    try:
        told: Any = answer.json()
    except ValueError:
        told = answer.text.strip()
    if isinstance(told, Mapping):
        told = told.get("ip") or told.get("origin")
    if not isinstance(told, str) or not told or len(told) > 60:  # noqa: PLR2004 - longer than any address
        return None
    return Echo(address=told, family=6 if ":" in told else 4)


@cache
def _trust() -> ssl.SSLContext:
    """Building it costs more than a whole fast test (facts/cloak.md 2.6)."""
    return ssl.create_default_context()
