"""
Ask a STUN server which address a packet of ours came from.

Source: RFC 8489, sections 5 (message), 14.1 and 14.2 (MAPPED-ADDRESS and its XOR).
"""

import asyncio
import ipaddress
import secrets
import struct
from contextlib import suppress
from typing import NamedTuple

from typing_extensions import override

_BINDING_REQUEST, _BINDING_SUCCESS = 0x0001, 0x0101
_COOKIE = 0x2112A442
_MAPPED, _XOR_MAPPED = 0x0001, 0x0020
_HEADER_BYTES = 20
_TRIES = 3
_ADDRESS_BYTES = {1: 4, 2: 16}


class Mapped(NamedTuple):
    """Where a packet of ours came from, as the server saw it."""

    address: str
    port: int


async def ask_stun(host: str, port: int, *, seconds: float) -> Mapped | None:
    """
    Return how a STUN server sees us, None if it does not answer.

    The packet leaves by this machine's own routes, outside of any proxy; it is sent
    three times, since UDP may lose it.

    Args:
        host: Address or name of the server.
        port: Its UDP port.
        seconds: Longest wait, over all tries.
    """
    transaction = secrets.token_bytes(12)
    request = struct.pack("!HHI", _BINDING_REQUEST, 0, _COOKIE) + transaction
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[Mapped] = loop.create_future()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Listener(transaction, answered), remote_addr=(host, port)
        )
    except OSError:
        return None
    try:
        for _ in range(_TRIES):
            transport.sendto(request)
            with suppress(TimeoutError):
                return await asyncio.wait_for(
                    asyncio.shield(answered), seconds / _TRIES
                )
        return None
    finally:
        answered.cancel()
        transport.close()


def read_binding(message: bytes, transaction: bytes) -> Mapped | None:
    """Return the address in a binding response to a request of ours."""
    if len(message) < _HEADER_BYTES:
        return None
    kind, length, cookie = struct.unpack("!HHI", message[:8])
    is_answer = kind == _BINDING_SUCCESS and cookie == _COOKIE
    if not is_answer or message[8:_HEADER_BYTES] != transaction:
        return None
    found: dict[int, Mapped] = {}
    rest = message[_HEADER_BYTES : _HEADER_BYTES + length]
    while len(rest) >= 4:  # noqa: PLR2004 - type and length of an attribute
        attribute, size = struct.unpack("!HH", rest[:4])
        if attribute in {_MAPPED, _XOR_MAPPED}:
            mapped = _read_address(rest[4 : 4 + size], attribute, transaction)
            if mapped is not None:
                found[attribute] = mapped
        rest = rest[4 + size + -size % 4 :]
    return found.get(_XOR_MAPPED) or found.get(_MAPPED)


def _read_address(value: bytes, attribute: int, transaction: bytes) -> Mapped | None:
    if len(value) < 4:  # noqa: PLR2004 - family and port
        return None
    _, family, port = struct.unpack("!BBH", value[:4])
    size = _ADDRESS_BYTES.get(family)
    if size is None or len(value) < 4 + size:
        return None
    packed = value[4 : 4 + size]
    if attribute == _XOR_MAPPED:
        port ^= _COOKIE >> 16
        mask = struct.pack("!I", _COOKIE) + transaction
        packed = bytes(one ^ other for one, other in zip(packed, mask, strict=False))
    return Mapped(str(ipaddress.ip_address(packed)), port)


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, transaction: bytes, answered: asyncio.Future[Mapped]) -> None:
        self._transaction, self._answered = transaction, answered

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        mapped = read_binding(data, self._transaction)
        if mapped is not None and not self._answered.done():
            self._answered.set_result(mapped)

    @override
    def error_received(self, exc: Exception) -> None:
        """Wait on: a port that is closed now is a server that does not answer."""
