"""The forwarder's SOCKS5 side: no sign-in, CONNECT only (RFC 1928)."""

import asyncio
import socket

from config.errors import ApplicationError
from tasks.clients.proxy_forwarder_dialing import (
    Link,
    TargetUnreachableError,
    UpstreamTimeoutError,
)
from tasks.clients.proxy_forwarder_route import Route, TargetForbiddenError

FIRST_BYTE = b"\x05"

_NO_AUTHENTICATION = 0
_NONE_ACCEPTED = b"\x05\xff"
_CONNECT = 1
_DONE, _FAILED, _NOT_ALLOWED, _HOST_UNREACHABLE, _TOO_LATE = 0, 1, 2, 4, 6
_UNKNOWN_COMMAND, _UNKNOWN_ADDRESS = 7, 8
_FAMILIES = {1: (socket.AF_INET, 4), 4: (socket.AF_INET6, 16)}
_NAME_TYPE = 3


async def serve_socks(client: Link, route: Route) -> None:
    """Serve one connection whose first byte has been read."""
    methods = await _read_counted(client.reader)
    if _NO_AUTHENTICATION not in methods:
        client.writer.write(_NONE_ACCEPTED)
        return
    client.writer.write(b"\x05\x00")
    _, command, _, kind = await client.reader.readexactly(4)
    if command != _CONNECT:
        client.writer.write(_reply(_UNKNOWN_COMMAND))
        return
    host = await _read_host(client.reader, kind)
    if host is None:
        client.writer.write(_reply(_UNKNOWN_ADDRESS))
        return
    port = int.from_bytes(await client.reader.readexactly(2), "big")
    try:
        target = await route.open_tunnel(host, port)
    except ApplicationError as problem:
        route.note(problem)
        client.writer.write(_reply(code_for(problem)))
        return
    client.writer.write(_reply(_DONE))
    await route.relay(client, target)


def code_for(problem: ApplicationError) -> int:
    """Return SOCKS5's number for a failure."""
    match problem:
        case TargetForbiddenError():
            return _NOT_ALLOWED
        case UpstreamTimeoutError():
            return _TOO_LATE
        case TargetUnreachableError():
            return _HOST_UNREACHABLE
        case _:
            return _FAILED


async def _read_host(reader: asyncio.StreamReader, kind: int) -> str | None:
    if kind == _NAME_TYPE:
        return (await _read_counted(reader)).decode("latin-1")
    if kind not in _FAMILIES:
        return None
    family, length = _FAMILIES[kind]
    return socket.inet_ntop(family, await reader.readexactly(length))


async def _read_counted(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly((await reader.readexactly(1))[0])


def _reply(code: int) -> bytes:
    return bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0])
