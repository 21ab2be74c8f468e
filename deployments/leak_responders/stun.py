"""
STUN: tell whoever asks the address we see him under.

Source: RFC 8489, sections 5, 6.3.1 and 14.2; only the Binding method.
"""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import override

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
XOR_MAPPED_ADDRESS = 0x0020
MAGIC_COOKIE = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_FAMILIES = {4: 0x01, 6: 0x02}

Seen = Callable[[str, int], None]
"""Told the address and port of whoever asked."""


def answer_binding(asked: bytes, address: str, port: int) -> bytes | None:
    """Return the answer to a Binding request; None if it is not one."""
    if len(asked) < _HEADER.size:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(asked)
    if (kind, cookie) != (BINDING_REQUEST, MAGIC_COOKIE):
        return None
    if length % 4 or len(asked) != _HEADER.size + length:
        return None
    seen = ipaddress.ip_address(address)
    key = struct.pack("!I", MAGIC_COOKIE) + transaction
    masked = bytes(one ^ other for one, other in zip(seen.packed, key, strict=False))
    value = struct.pack("!BBH", 0, _FAMILIES[seen.version], port ^ MAGIC_COOKIE >> 16)
    attribute = struct.pack("!HH", XOR_MAPPED_ADDRESS, len(value + masked))
    body = attribute + value + masked
    return _HEADER.pack(BINDING_SUCCESS, len(body), cookie, transaction) + body


@dataclass(frozen=True)
class StunPort:
    """A UDP port that answers Binding requests until it is closed."""

    family: int
    port: int
    transport: asyncio.BaseTransport

    def close(self) -> None:
        """Stop answering."""
        self.transport.close()


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # asyncio's own stub names the wider class
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        address, port = addr[:2]
        answer = answer_binding(data, address, port)
        if answer and self._transport:
            self._seen(address, port)
            self._transport.sendto(answer, addr)


async def open_stun_port(listener: socket.socket, seen: Seen) -> StunPort:
    """Answer on a bound UDP socket from now on."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Answering(seen), sock=listener
    )
    family = 6 if listener.family == socket.AF_INET6 else 4
    return StunPort(family, listener.getsockname()[1], transport)
