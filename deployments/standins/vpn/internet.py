"""What the laboratory's internet holds: an echo, a resolver, ways to this machine."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from threading import Thread
from types import TracebackType
from typing import Any, Self

from dnslib import (  # type: ignore[import-untyped]  # it brings no types
    QTYPE,
    RR,
    A,
    DNSRecord,
)
from typing_extensions import override

from tasks.clients.network_namespace import FOLDER, NamespaceSockets

_BLOCK_BYTES = 65_536


class Internet:
    """
    Servers inside namespaces, on a thread of their own.

    `visitors` are the addresses that asked the echo, `askers` those that asked the
    resolver, each with what for.
    """

    def __init__(self) -> None:
        self.visitors: list[str] = []
        self.askers: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._closing: list[Callable[[], Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every server and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def serve_echo(self, namespace: str, address: str, port: int) -> None:
        """Answer every HTTP request with the address it came from."""
        self._wait(self._listen(namespace, address, port, self._echo))

    def serve_names(self, namespace: str, address: str, names: dict[str, str]) -> None:
        """Answer questions for the addresses of these names."""
        self._wait(self._answer_names(namespace, address, names))

    def lead_out(self, namespace: str, port: int) -> None:
        """Have 127.0.0.1:port in a namespace be that of this machine."""

        async def lead(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            far = await asyncio.open_connection("127.0.0.1", port)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(_pump(reader, far[1]))
                    ways.create_task(_pump(far[0], writer))
            except* OSError:
                pass  # hung up
            finally:
                far[1].close()

        self._wait(self._listen(namespace, "127.0.0.1", port, lead))

    def _wait(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _listen(
        self, namespace: str, address: str, port: int, serve: Callable[..., Any]
    ) -> None:
        async with _socket_in(namespace, socket.SOCK_STREAM) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((address, port))

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving = self._loop.create_task(_closing(serve(reader, writer), writer))
            self._tasks.add(serving)
            serving.add_done_callback(self._tasks.discard)

        server = await asyncio.start_server(accept, sock=listening)
        self._closing.append(server.close)

    async def _echo(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while b"\r\n\r\n" in await reader.readuntil(b"\r\n\r\n"):
            address = writer.get_extra_info("peername")[0]
            self.visitors.append(address)
            body = json.dumps({"address": address, "family": 4, "headers": []})
            writer.write(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            await writer.drain()

    async def _answer_names(
        self, namespace: str, address: str, names: dict[str, str]
    ) -> None:
        async with _socket_in(namespace, socket.SOCK_DGRAM) as listening:
            listening.bind((address, 53))
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: _Names(names, self.askers), sock=listening
        )
        self._closing.append(transport.close)

    async def _close(self) -> None:
        for close in self._closing:
            close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Names(asyncio.DatagramProtocol):
    def __init__(self, names: dict[str, str], askers: list[tuple[str, str]]) -> None:
        self._names, self._askers = names, askers
        self._transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, address: Any) -> None:
        asked = DNSRecord.parse(data)
        name = str(asked.q.qname).rstrip(".").lower()
        self._askers.append((address[0], name))
        answer = asked.reply()
        if name not in self._names:
            answer.header.rcode = 3
        elif asked.q.qtype == QTYPE.A:
            answer.add_answer(RR(name, QTYPE.A, ttl=1, rdata=A(self._names[name])))
        self._transport.sendto(answer.pack(), address)


@asynccontextmanager
async def _socket_in(
    namespace: str, kind: socket.SocketKind
) -> AsyncGenerator[socket.socket]:
    source = NamespaceSockets()
    await source.enter(FOLDER / namespace)
    try:
        yield await source.open_socket(socket.AF_INET, kind)
    finally:
        await source.close()


async def _closing(work: Any, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(OSError, EOFError):
            await work
    finally:
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(_BLOCK_BYTES):
        writer.write(block)
        await writer.drain()
    writer.close()
