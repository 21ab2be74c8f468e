"""One proxy of the stand-in: http or socks5, with credentials, of its quality."""

import asyncio
import base64
from contextlib import suppress
from time import monotonic

from deployments.standins.proxies.qualities import PASSWORD, USERNAME, Deed, Member
from tasks.clients.proxy_forwarder_dialing import Link
from tasks.clients.proxy_forwarder_http import read_authority, read_target
from tasks.clients.proxy_forwarder_messages import Head, read_head
from tasks.clients.proxy_forwarder_route import cut_off, relay

BLOCK_BYTES = 65_536
CUT_AFTER_BYTES = 300
NAME_TYPE = 3
_PAIR = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
_WHO = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n"
_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\n"
_BANNED = b"HTTP/1.1 403 Forbidden\r\n"
_NO_MORE = b"Content-Length: 0\r\nConnection: close\r\n\r\n"


class MemberServer:
    """Serves one proxy."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._member.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and break off what is under way."""
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
        try:
            with suppress(OSError, EOFError, ValueError):
                if self._member.scheme == "socks5":
                    await self._serve_socks(client)
                else:
                    await self._serve_http(client)
        except asyncio.CancelledError:
            client.writer.transport.abort()
            raise
        finally:
            client.writer.close()

    async def _serve_http(self, client: Link) -> None:
        head = await read_head(client.reader)
        if head is None:
            return
        deed = await self._decide()
        known = head.find("proxy-authorization") == f"Basic {_PAIR}"
        if deed is Deed.REFUSE_CREDENTIALS or not known:
            client.writer.write(_WHO + _NO_MORE)
        elif deed is Deed.SAY_NOTHING:
            await client.reader.read()
        elif deed is Deed.BAD_GATEWAY:
            client.writer.write(_GATEWAY + _NO_MORE)
        elif deed is not Deed.HANG_UP:
            await self._answer_http(client, head, deed)

    async def _answer_http(self, client: Link, head: Head, deed: Deed) -> None:
        if head.first_line[0] == "CONNECT":
            host, port = read_authority(head.first_line[1])
            link = await _dial(host, port)
            client.writer.write(b"HTTP/1.1 200 Fine\r\n\r\n")
            await relay(client, link)
            return
        target = read_target(head.first_line[1])
        method, _, version = head.first_line
        fields = head.without({"proxy-authorization", "connection"})
        plain = Head((method, target.path, version), fields)
        await _carry(client, plain, (target.host, target.port), deed)

    async def _serve_socks(self, client: Link) -> None:
        _, count = await client.reader.readexactly(2)
        await client.reader.readexactly(count)
        client.writer.write(b"\x05\x02")
        await client.reader.readexactly(1)
        given = [await _read_counted(client.reader) for _ in range(2)]
        deed = await self._decide()
        known = given == [USERNAME.encode(), PASSWORD.encode()]
        if deed is Deed.REFUSE_CREDENTIALS or not known:
            client.writer.write(b"\x01\x01")
            return
        if deed is Deed.HANG_UP:
            return
        if deed is Deed.SAY_NOTHING:
            await client.reader.read()
            return
        client.writer.write(b"\x01\x00")
        host, port = await _read_place(client.reader)
        if deed is Deed.BAD_GATEWAY:
            client.writer.write(b"\x05\x04\x00\x01" + bytes(6))
            return
        client.writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await self._answer_socks(client, (host, port), deed)

    async def _answer_socks(
        self, client: Link, place: tuple[str, int], deed: Deed
    ) -> None:
        """Carry the first request, and nothing after it: each is its own connection."""
        head = await read_head(client.reader)
        if head is not None:
            first = Head(head.first_line, head.without({"connection"}))
            await _carry(client, first, place, deed)

    async def _decide(self) -> Deed:
        act = self._member.act(monotonic())
        if act.seconds:
            await asyncio.sleep(act.seconds)
        return act.deed


async def _carry(client: Link, head: Head, place: tuple[str, int], deed: Deed) -> None:
    """Ask the host once; a ban and a cut are made here, for all to look alike."""
    if deed is Deed.BANNED:
        client.writer.write(_BANNED + _NO_MORE)
        return
    link = await _dial(*place)
    try:
        once = Head(head.first_line, (*head.fields, ("Connection", "close")))
        link.writer.write(once.encode())
        if deed is Deed.CUT:
            client.writer.write(await link.reader.read(CUT_AFTER_BYTES))
            await client.writer.drain()
            cut_off(client)
            return
        while block := await link.reader.read(BLOCK_BYTES):
            client.writer.write(block)
            await client.writer.drain()
    finally:
        link.writer.transport.abort()


async def _dial(host: str, port: int) -> Link:
    """Reach loopback; names that end in `.test` lie there too, for browsers."""
    where = "127.0.0.1" if host.endswith(".test") else host
    if where != "127.0.0.1":
        raise OSError("this stand-in reaches nothing but loopback")
    return Link(*await asyncio.open_connection(where, port))


async def _read_counted(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly((await reader.readexactly(1))[0])


async def _read_place(reader: asyncio.StreamReader) -> tuple[str, int]:
    kind = (await reader.readexactly(4))[3]
    if kind == NAME_TYPE:
        host = (await _read_counted(reader)).decode()
    else:
        host = ".".join(str(one) for one in await reader.readexactly(4))
    return host, int.from_bytes(await reader.readexactly(2), "big")
