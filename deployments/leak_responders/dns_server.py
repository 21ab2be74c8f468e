"""DNS over UDP and TCP: answers for our zone, and notes who asked."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress

from typing_extensions import override

from config.clock import now
from deployments.leak_responders.names import Zone
from deployments.leak_responders.visits import Visits

_PATIENCE_SECONDS = 5.0


class DnsServer:
    """Answers on the given sockets until it is closed."""

    def __init__(self, zone: Zone, visits: Visits) -> None:
        self._zone = zone
        self._visits = visits
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: list[asyncio.Server] = []

    async def open(
        self, datagrams: Sequence[socket.socket], streams: Sequence[socket.socket]
    ) -> None:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        for one in datagrams:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), sock=one
            )
            self._transports.append(transport)
        self._servers = [
            await asyncio.start_server(self._serve_stream, sock=one) for one in streams
        ]

    def close(self) -> None:
        """Stop answering."""
        for transport in self._transports:
            transport.close()
        for server in self._servers:
            server.close()

    def answer(self, asked: bytes, resolver: str, transport: str) -> bytes | None:
        """Return the answer to a question, and note who asked."""
        answer = self._zone.answer(
            asked, is_open=lambda visit_id: self._visits.find(visit_id) is not None
        )
        if answer is None:
            return None
        visit = self._visits.find(answer.visit_id)
        if visit:
            visit.saw_dns(
                {
                    "resolver": resolver,
                    "name": answer.name,
                    "type": answer.kind,
                    "transport": transport,
                },
                now(),
            )
        return answer.wire

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        resolver = writer.get_extra_info("peername")[0]
        with suppress(OSError, EOFError, TimeoutError):
            while True:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    length = int.from_bytes(await reader.readexactly(2), "big")
                    asked = await reader.readexactly(length)
                wire = self.answer(asked, resolver, "tcp")
                if wire is None:
                    break
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # asyncio's own stub names the wider class
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        wire = self._server.answer(data, addr[0], "udp")
        if wire and self._transport:
            self._transport.sendto(wire, addr)
