"""
The WebDriver port that clients are told: their new sessions join the open browser.

Everything goes through untouched, except the body of `POST /session`: a driver would
start a browser of its own for it. Once the browser is dead every question is answered
at once; the driver alone needed a minute (measured).
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from tasks.clients.proxy_forwarder_dialing import Link
from tasks.clients.proxy_forwarder_messages import (
    LARGEST_HEAD_BYTES,
    BodyKind,
    Head,
    MalformedMessageError,
    copy_body,
    frame_answer,
    frame_request,
    read_head,
)
from tasks.clients.proxy_forwarder_route import cut_off, relay

LARGEST_WISH_BYTES = 64 * 1024 * 1024
_OPTIONS = "goog:chromeOptions"
_KEPT_OPTIONS = {"mobileEmulation", "perfLoggingPrefs", "windowTypes"}
_SWITCHING = 101


def join_browser(wish: Mapping[str, Any], *, address: str) -> dict[str, Any]:
    """
    Return a wish for a new session as one to join the browser at `address`.

    Page-load strategy, time-outs and prompts stay; switches and preferences do not,
    for they belong to a start that has long been.
    """
    joined = dict(wish)
    asked = wish.get("capabilities")
    capabilities = dict(asked) if isinstance(asked, Mapping) else {}
    always = _mapping(capabilities.get("alwaysMatch"))
    options = _mapping(always.get(_OPTIONS))
    first = capabilities.get("firstMatch")
    for one in first if isinstance(first, list) else ():
        options |= _mapping(_mapping(one).get(_OPTIONS))
    kept = {name: value for name, value in options.items() if name in _KEPT_OPTIONS}
    capabilities["alwaysMatch"] = {
        **always,
        _OPTIONS: {**kept, "debuggerAddress": address},
    }
    if isinstance(first, list):
        capabilities["firstMatch"] = [
            {key: value for key, value in _mapping(one).items() if key != _OPTIONS}
            for one in first
        ]
    joined["capabilities"] = capabilities
    joined.pop("desiredCapabilities", None)
    return joined


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


class Gateway:
    """Passes WebDriver on to a driver, as long as the browser lives."""

    def __init__(
        self, *, driver_port: int, cdp_port: int, ended: asyncio.Event
    ) -> None:
        self._driver_port = driver_port
        self._address = f"127.0.0.1:{cdp_port}"
        self._ended = ended
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, limit=LARGEST_HEAD_BYTES
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and break off what is under way; safe to repeat."""
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        serving = asyncio.create_task(self._serve(Link(reader, writer)))
        self._clients.add(serving)
        serving.add_done_callback(self._clients.discard)

    async def _serve(self, client: Link) -> None:
        conversation = _Conversation(client, self._driver_port, self._address)
        talking = asyncio.create_task(conversation.hold())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({talking, ended}, return_when="FIRST_COMPLETED")
            if self._ended.is_set():
                await _cancel(talking)
                await conversation.tell_of_the_end()
        finally:
            await _cancel(talking)
            await _cancel(ended)
            conversation.close()


class _Conversation:
    """One client's connection, and ours to the driver."""

    def __init__(self, client: Link, driver_port: int, address: str) -> None:
        self._client = client
        self._driver_port = driver_port
        self._address = address
        self._driver: Link | None = None
        self._asked: Head | None = None
        self._is_answering = False

    async def hold(self) -> None:
        """Serve requests until the client leaves."""
        try:
            while (head := await read_head(self._client.reader)) is not None:
                self._asked, self._is_answering = head, False
                if not await self._exchange(head):
                    return
                self._asked = None
        except (OSError, EOFError, MalformedMessageError):
            if self._asked is not None:
                cut_off(self._client)

    async def tell_of_the_end(self) -> None:
        """Answer what is asked, or is asked next, with the end of the browser."""
        if self._is_answering:
            cut_off(self._client)
            return
        with suppress(OSError, EOFError, MalformedMessageError):
            head = self._asked or await read_head(self._client.reader)
            if head is not None:
                self._client.writer.write(_end_of_browser(head))
                await self._client.writer.drain()

    def close(self) -> None:
        """Close both connections."""
        self._client.writer.close()
        if self._driver is not None:
            self._driver.writer.transport.abort()

    async def _exchange(self, head: Head) -> bool:
        framing = frame_request(head)
        driver = await self._find_driver()
        if _is_new_session(head):
            if (
                framing.kind is not BodyKind.LENGTH
                or framing.length > LARGEST_WISH_BYTES
            ):
                self._client.writer.write(_problem(HTTPStatus.LENGTH_REQUIRED, _SHAPE))
                return False
            body = await self._client.reader.readexactly(framing.length)
            driver.writer.write(self._rewrite(head, body))
        else:
            driver.writer.write(head.encode())
            await copy_body(self._client.reader, driver.writer, framing)
        await driver.writer.drain()
        return await self._pass_back(head, driver)

    def _rewrite(self, head: Head, body: bytes) -> bytes:
        try:
            wish = json.loads(body)
        except ValueError:
            return head.encode() + body  # the driver says what is wrong with it
        if isinstance(wish, dict):
            body = json.dumps(join_browser(wish, address=self._address)).encode()
        fields = (
            *head.without({"content-length"}),
            ("Content-Length", str(len(body))),
        )
        return Head(head.first_line, fields).encode() + body

    async def _find_driver(self) -> Link:
        if self._driver is None or self._driver.reader.at_eof():
            self._driver = Link(
                *await asyncio.open_connection(
                    "127.0.0.1", self._driver_port, limit=LARGEST_HEAD_BYTES
                )
            )
        return self._driver

    async def _pass_back(self, request: Head, driver: Link) -> bool:
        answer = await read_head(driver.reader)
        if answer is None:
            raise EOFError
        self._is_answering = True
        self._client.writer.write(answer.encode())
        if answer.status == _SWITCHING:
            await relay(self._client, driver)
            return False
        framing = frame_answer(answer, method=request.first_line[0])
        await copy_body(driver.reader, self._client.writer, framing)
        await self._client.writer.drain()
        return framing.kind is not BodyKind.UNTIL_CLOSE and not any(
            one.has_word("connection", "close") for one in (request, answer)
        )


_SHAPE = ("invalid argument", "a new session needs a body of known length")
_GONE = "the browser of this browser profile has ended; start it again"


def _is_new_session(head: Head) -> bool:
    method, target, _ = head.first_line
    return method == "POST" and target.partition("?")[0].rstrip("/") == "/session"


def _end_of_browser(head: Head) -> bytes:
    if head.first_line[1].rstrip("/") == "/status":
        return _answer(HTTPStatus.OK, {"ready": False, "message": _GONE})
    if _is_new_session(head):
        problem = ("session not created", _GONE)
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, problem)
    return _problem(HTTPStatus.NOT_FOUND, ("invalid session id", _GONE))


def _problem(status: HTTPStatus, problem: tuple[str, str]) -> bytes:
    error, message = problem
    value = {"error": error, "message": message, "stacktrace": ""}
    return _answer(status, value)


def _answer(status: HTTPStatus, value: Mapping[str, Any]) -> bytes:
    """Return an answer in WebDriver's form (W3C WebDriver, section 6)."""
    body = json.dumps({"value": value}).encode()
    fields = (
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    )
    return Head(("HTTP/1.1", str(int(status)), status.phrase), fields).encode() + body


async def _cancel(one: "asyncio.Task[Any]") -> None:
    one.cancel()
    with suppress(asyncio.CancelledError):
        await one
