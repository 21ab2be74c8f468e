"""The forwarder's HTTP side: tunnels, and plain requests one after the other."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from config.errors import ApplicationError, InvalidError
from tasks.clients.proxy_forwarder_dialing import (
    Link,
    UpstreamCredentialsError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
    UpstreamUnreadableError,
)
from tasks.clients.proxy_forwarder_messages import (
    NO_BODY,
    BodyKind,
    Framing,
    Head,
    MalformedMessageError,
    copy_body,
    frame_answer,
    frame_request,
    read_head,
)
from tasks.clients.proxy_forwarder_route import (
    NoUpstreamError,
    Route,
    TargetForbiddenError,
    cut_off,
)

_PROXY_FIELDS = frozenset({"proxy-connection", "proxy-authorization", "keep-alive"})
_REPEATABLE = {"GET", "HEAD", "OPTIONS"}
_SWITCHING, _FIRST_FINAL = 101, 200
_STATUS_FOR: tuple[tuple[type[ApplicationError], HTTPStatus], ...] = (
    (InvalidError, HTTPStatus.BAD_REQUEST),
    (TargetForbiddenError, HTTPStatus.FORBIDDEN),
    (NoUpstreamError, HTTPStatus.SERVICE_UNAVAILABLE),
    (UpstreamTimeoutError, HTTPStatus.GATEWAY_TIMEOUT),
)


class Target(NamedTuple):
    """What a plain request is for."""

    host: str
    port: int
    authority: str
    path: str


class _Open(NamedTuple):
    """A connection that may serve further requests for the same `place`."""

    link: Link
    place: tuple[str, int] | None
    is_fresh: bool


class _StaleError(Exception):
    """A kept connection had been closed by its other side."""


def status_for(problem: ApplicationError) -> HTTPStatus:
    """Return the status a browser is told; never 407."""
    for kind, status in _STATUS_FOR:
        if isinstance(problem, kind):
            return status
    return HTTPStatus.BAD_GATEWAY


def read_authority(authority: str) -> tuple[str, int]:
    """
    Return host and port of `host:port`.

    Raises:
        InvalidError: It is something else.
    """
    host, _, port = authority.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise InvalidError("the target is not written as host:port")
    return host.strip("[]"), int(port)


def read_target(target: str) -> Target:
    """
    Return what an absolute address asks for.

    Raises:
        InvalidError: It is not absolute, or not plain http.
    """
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not target.lower().startswith("http://") or not host:
        raise InvalidError("this is a proxy: ask for an absolute http:// address")
    rest = target.partition("://")[2]
    path = rest[len(parts.netloc) :].partition("#")[0]
    authority = parts.netloc.rpartition("@")[2]
    return Target(host, port or 80, authority, path if path[:1] == "/" else f"/{path}")


async def serve_http(client: Link, route: Route, begun: bytes) -> None:
    """Serve one connection, of which `begun` has been read, until it ends."""
    keeper = _Keeper(client, route)
    try:
        while (head := await read_head(client.reader, begun)) is not None:
            begun = b""
            if head.first_line[0] == "CONNECT":
                await _serve_tunnel(client, route, head)
                return
            if not await keeper.serve_request(head):
                return
    except MalformedMessageError as error:
        _refuse(client, route, InvalidError(str(error)))
    finally:
        keeper.close()


async def _serve_tunnel(client: Link, route: Route, head: Head) -> None:
    try:
        target = await route.open_tunnel(*read_authority(head.first_line[1]))
    except ApplicationError as problem:
        _refuse(client, route, problem)
        return
    client.writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await route.relay(client, target)


class _Keeper:
    """Serves the plain requests of one connection, and keeps the way out open."""

    def __init__(self, client: Link, route: Route) -> None:
        self._client = client
        self._route = route
        self._open: _Open | None = None

    def close(self) -> None:
        """Close the way out."""
        if self._open is not None:
            self._open.link.writer.transport.abort()
            self._open = None

    async def serve_request(self, head: Head) -> bool:
        """Pass one request on; return whether the connection may go on."""
        self._route.requests += 1
        try:
            framing = frame_request(head)
            return await self._serve_twice(head, framing)
        except ApplicationError as problem:
            # The body of the request is still under way: this connection is over.
            _refuse(self._client, self._route, problem)
            return False

    async def _serve_twice(self, head: Head, framing: Framing) -> bool:
        try:
            return await self._exchange(head, framing)
        except _StaleError:
            self.close()
        return await self._exchange(head, framing)

    async def _exchange(self, head: Head, framing: Framing) -> bool:
        target = read_target(head.first_line[1])
        way_out = await self._find_way_out(target)
        self._send(way_out.link, self._outgoing(head, target))
        sending = asyncio.create_task(
            copy_body(
                self._client.reader,
                way_out.link.writer,
                framing,
                count=self._route.count_sent,
            )
        )
        try:
            is_repeatable = framing == NO_BODY and head.first_line[0] in _REPEATABLE
            answer = await self._read_answer(
                way_out, may_be_stale=is_repeatable and not way_out.is_fresh
            )
            is_kept = await self._pass_back(head, answer, way_out.link)
            # An answer that comes before the request is through ends the connection.
            return is_kept and sending.done() and sending.exception() is None
        finally:
            sending.cancel()
            with suppress(
                asyncio.CancelledError, OSError, EOFError, MalformedMessageError
            ):
                await sending

    async def _find_way_out(self, target: Target) -> _Open:
        dialer = self._route.admit(target.host, target.port)
        has_tunnel = dialer.upstream.scheme == "socks5"
        place = (target.host, target.port) if has_tunnel else None
        kept, self._open = self._open, None
        if kept is not None:
            if kept.place == place and not kept.link.reader.at_eof():
                self._open = kept._replace(is_fresh=False)
                return self._open
            kept.link.writer.transport.abort()
        link = (
            await dialer.open_tunnel(target.host, target.port)
            if has_tunnel
            else await dialer.open_link()
        )
        self._open = _Open(link, place, is_fresh=True)
        return self._open

    def _outgoing(self, head: Head, target: Target) -> Head:
        method, address, version = head.first_line
        fields = list(head.without(_PROXY_FIELDS))
        dialer = self._route.admit(target.host, target.port)
        if dialer.upstream.scheme == "socks5":
            address = target.path
        elif dialer.upstream.authorization is not None:
            fields.append(("Proxy-Authorization", dialer.upstream.authorization))
        if head.find("host") is None:
            fields.insert(0, ("Host", target.authority))
        return Head((method, address, version), tuple(fields))

    def _send(self, link: Link, head: Head) -> None:
        raw = head.encode()
        link.writer.write(raw)
        self._route.count_sent(len(raw))

    async def _read_answer(self, way_out: _Open, *, may_be_stale: bool) -> Head:
        try:
            async with asyncio.timeout(self._route.answer_seconds):
                answer = await read_head(way_out.link.reader)
        except TimeoutError as error:
            raise UpstreamTimeoutError("no answer came through the proxy") from error
        except OSError:
            answer = None
        except MalformedMessageError as error:
            raise UpstreamUnreadableError("the proxy's answer is not HTTP") from error
        if answer is None and may_be_stale:
            raise _StaleError
        return _judge_answer(answer)

    async def _pass_back(self, request: Head, answer: Head, link: Link) -> bool:
        try:
            return await self._pass_answer(request, answer, link)
        except (OSError, EOFError, MalformedMessageError):
            # Half an answer must never look like a whole one.
            self._route.errors["cut_off"] += 1
            cut_off(self._client)
            return False

    async def _pass_answer(self, request: Head, answer: Head, link: Link) -> bool:
        while answer.status < _FIRST_FINAL and answer.status != _SWITCHING:
            self._client.writer.write(answer.encode())
            following = await read_head(link.reader)
            if following is None:
                raise EOFError
            answer = following
        framing = frame_answer(answer, method=request.first_line[0])
        raw = answer.encode()
        self._client.writer.write(raw)
        self._route.count_received(len(raw))
        if answer.status == _SWITCHING:
            await self._route.relay(self._client, link)
            return False
        await copy_body(
            link.reader, self._client.writer, framing, count=self._route.count_received
        )
        await self._client.writer.drain()
        return framing.kind is not BodyKind.UNTIL_CLOSE and not any(
            one.has_word("connection", "close") or one.first_line[0] == "HTTP/1.0"
            for one in (request, answer)
        )


def _judge_answer(answer: Head | None) -> Head:
    if answer is None:
        raise UpstreamUnreachableError("the proxy closed without an answer")
    if not answer.first_line[1].isdigit():
        raise UpstreamUnreadableError("the proxy's answer is not HTTP")
    if answer.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise UpstreamCredentialsError("the proxy does not accept our credentials")
    return answer


def _refuse(client: Link, route: Route, problem: ApplicationError) -> None:
    """Say why not, in words, and to programs as RFC 9209 has it."""
    route.note(problem)
    status = status_for(problem)
    # The last line is for scripts in a browser, which see no header (shown_page.py).
    text = f"{problem.message}\nmuster; error={problem.code}\n".encode()
    fields = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Proxy-Status", f"muster; error={problem.code}"),
        ("Connection", "close"),
    )
    head = Head(("HTTP/1.1", str(int(status)), status.phrase), fields)
    client.writer.write(head.encode() + text)
