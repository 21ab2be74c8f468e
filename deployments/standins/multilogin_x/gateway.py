"""A proxy with credentials, where generated proxies lead; reaches loopback only."""

import asyncio
import base64
import hmac
import ipaddress
import secrets
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from config.clock import now
from deployments.standins.multilogin_x.exits import (
    Exit,
    exit_address,
    new_user_name,
)
from deployments.standins.multilogin_x.kept import Kept
from deployments.standins.multilogin_x.words import new_id

HOST = "127.0.0.1"
SECONDS_TO_SPEAK = 20.0
SECONDS_TO_DIAL = 10.0
LARGEST_HEAD_BYTES = 64 * 1024
_CHUNK = 64 * 1024
_SOCKS = 5
_CONNECT = 1
_DROPPED = ("proxy-", "connection:", "keep-alive:")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class TargetError(Exception):
    """A target that is not reached; `is_refused` if on purpose."""

    def __init__(self, *, is_refused: bool) -> None:
        super().__init__()
        self.is_refused = is_refused


class HttpRequest(NamedTuple):
    """The head of a request to a proxy."""

    method: str
    target: str
    version: str
    headers: list[str]


class Gateway:
    """
    HTTP and SOCKS5 on one port, for whoever has the account's credentials.

    Requests leave from a loopback address of the exit's own, so that a site on this
    machine sees who came through which exit.
    """

    def __init__(self, kept: Kept, *, port: int) -> None:
        self._kept = kept
        account = kept.find("state", "proxy_account")
        if account is None:
            account = {
                "billing_id": str(secrets.randbelow(9 * 10**9) + 10**9),
                "name": new_id(),
                "password": secrets.token_hex(8),
                "traffic": 0,
            }
        self.billing_id: str = account["billing_id"]
        self._name: str = account["name"]
        self._password: str = account["password"]
        self.traffic: int = account["traffic"]
        self.port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen; port 0 becomes the one that was free."""
        self._server = await asyncio.start_server(
            self._serve, HOST, self.port, limit=LARGEST_HEAD_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._keep()

    async def close(self) -> None:
        """End every connection, and listen no more."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.close()
        self._keep()

    def new_connection_string(self, wanted: Exit) -> str:
        """Return `host:port:username:password` of a fresh exit."""
        user_name = new_user_name(self._account, wanted)
        return f"{HOST}:{self.port}:{user_name}:{self._password}"

    @property
    def _account(self) -> str:
        return f"{self.billing_id}_{self._name}_multilogin_com"

    def _keep(self) -> None:
        account = {
            "billing_id": self.billing_id,
            "name": self._name,
            "password": self._password,
            "traffic": self.traffic,
        }
        self._kept.put("state", "proxy_account", account)

    def _is_allowed(self, user_name: str, password: str) -> bool:
        is_right = hmac.compare_digest(password.encode(), self._password.encode())
        return is_right and user_name.startswith(f"{self._account}-")

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(SECONDS_TO_SPEAK):
                first = await reader.readexactly(1)
                speak = self._speak_socks if first[0] == _SOCKS else self._speak_http
                outside = await speak(first, (reader, writer))
            if outside is not None:
                await self._relay((reader, writer), outside)
        except (OSError, EOFError, TimeoutError, ValueError):
            pass
        finally:
            self._open.discard(writer)
            await _close(writer)

    async def _speak_http(self, first: bytes, client: Streams) -> Streams | None:
        reader, writer = client
        head = first + await reader.readuntil(b"\r\n\r\n")
        asked = _read_head(head)
        user_name, password = _basic_credentials(asked.headers)
        if not self._is_allowed(user_name, password):
            writer.write(_reply(407, 'Proxy-Authenticate: Basic realm="exit"\r\n'))
            return None
        is_tunnel = asked.method == "CONNECT"
        host, port = _target_of(asked)
        try:
            outside = await self._dial(host, port, user_name)
        except TargetError as problem:
            writer.write(_reply(403 if problem.is_refused else 502))
            return None
        if is_tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            outside[1].write(_origin_head(asked))
        return outside

    async def _speak_socks(self, _first: bytes, client: Streams) -> Streams | None:
        # RFC 1928, and RFC 1929 for user name and password.
        reader, writer = client
        offered = await _counted(reader)
        if b"\x02"[0] not in offered:
            writer.write(b"\x05\xff")
            return None
        writer.write(b"\x05\x02")
        await reader.readexactly(1)
        user_name = (await _counted(reader)).decode()
        password = (await _counted(reader)).decode()
        is_allowed = self._is_allowed(user_name, password)
        writer.write(b"\x01\x00" if is_allowed else b"\x01\x01")
        if not is_allowed:
            return None
        _, command, _, kind = await reader.readexactly(4)
        host = await _socks_host(reader, kind)
        port = int.from_bytes(await reader.readexactly(2), "big")
        if command != _CONNECT:
            writer.write(_socks_reply(7))
            return None
        try:
            outside = await self._dial(host, port, user_name)
        except TargetError as problem:
            writer.write(_socks_reply(2 if problem.is_refused else 5))
            return None
        writer.write(_socks_reply(0))
        return outside

    async def _dial(self, host: str, port: int, user_name: str) -> Streams:
        address = loopback_address(host)
        if address is None:
            raise TargetError(is_refused=True)
        leave_from = (exit_address(user_name, at=now().timestamp()), 0)
        try:
            async with asyncio.timeout(SECONDS_TO_DIAL):
                if ":" not in address:
                    # Not every system has the whole of 127/8.
                    with suppress(OSError):
                        return await asyncio.open_connection(
                            address, port, local_addr=leave_from
                        )
                return await asyncio.open_connection(address, port)
        except (OSError, TimeoutError):
            raise TargetError(is_refused=False) from None

    async def _relay(self, client: Streams, outside: Streams) -> None:
        self._open.add(outside[1])
        try:
            await asyncio.gather(
                self._pump(client[0], outside[1]), self._pump(outside[0], client[1])
            )
        finally:
            self._open.discard(outside[1])
            await _close(outside[1])
            self._keep()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while chunk := await reader.read(_CHUNK):
                self.traffic += len(chunk)
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass
        finally:
            with suppress(OSError, RuntimeError):
                writer.write_eof()


def loopback_address(host: str) -> str | None:
    """Return the address of a target on this machine; None if it is elsewhere."""
    name = host.rstrip(".").lower()
    # RFC 6761, 6.3. No other name is looked up: that alone would tell about us.
    if name == "localhost" or name.endswith(".localhost"):
        return HOST
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    return str(address) if address.is_loopback else None


def _read_head(head: bytes) -> HttpRequest:
    line, *headers = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, version = line.split(" ")
    return HttpRequest(method, target, version, headers)


def _target_of(asked: HttpRequest) -> tuple[str, int]:
    if asked.method == "CONNECT":
        host, _, port = asked.target.rpartition(":")
        return host.strip("[]"), int(port)
    parts = urlsplit(asked.target)
    return parts.hostname or "", parts.port or 80


def _origin_head(asked: HttpRequest) -> bytes:
    parts = urlsplit(asked.target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [one for one in asked.headers if not one.lower().startswith(_DROPPED)]
    lines = [f"{asked.method} {path} {asked.version}", *kept, "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _basic_credentials(headers: list[str]) -> tuple[str, str]:
    for header in headers:
        name, _, value = header.partition(":")
        scheme, _, encoded = value.strip().partition(" ")
        if name.lower() == "proxy-authorization" and scheme.lower() == "basic":
            text = base64.b64decode(encoded, validate=False).decode()
            user_name, _, password = text.partition(":")
            return user_name, password
    return "", ""


async def _counted(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly((await reader.readexactly(1))[0])


async def _socks_host(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == 3:  # noqa: PLR2004 - RFC 1928: a name
        return (await _counted(reader)).decode()
    length = 4 if kind == 1 else 16
    return str(ipaddress.ip_address(await reader.readexactly(length)))


def _socks_reply(code: int) -> bytes:
    return bytes([_SOCKS, code, 0, 1]) + bytes(6)


def _reply(number: int, header: str = "") -> bytes:
    words = {403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway"}
    return (
        f"HTTP/1.1 {number} {words[number]}\r\n{header}"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
