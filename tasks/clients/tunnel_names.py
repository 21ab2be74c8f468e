"""Ask a tunnel's own resolver for addresses, through the tunnel and by no other way."""

import asyncio
import ipaddress
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress

from dnslib import (  # type: ignore[import-untyped]  # it brings no types
    QTYPE,
    DNSError,
    DNSRecord,
)

from tasks.clients.network_namespace import SocketSource
from tasks.clients.proxy_forwarder_dialing import TargetUnreachableError

_PORT = 53
_TRY_SECONDS = 2.0
_LARGEST_ANSWER = 65_535
_MOST_KEPT = 2_000
_LONGEST_KEPT_SECONDS = 300.0
_NO_ERROR, _NO_SUCH_NAME = 0, 3


class TunnelResolver:
    """
    Resolves names with the resolvers of one tunnel.

    Args:
        sockets: Makes sockets inside the tunnel's namespace.
        servers: Numeric addresses, asked one after the other.
        has_ipv6: Whether IPv6 addresses are of any use here.
    """

    def __init__(
        self, sockets: SocketSource, servers: Sequence[str], *, has_ipv6: bool
    ) -> None:
        self._sockets, self._servers = sockets, tuple(servers)
        self._types = ("A", "AAAA") if has_ipv6 else ("A",)
        self._kept: dict[str, tuple[float, list[str]]] = {}

    async def resolve(self, host: str) -> list[str]:
        """
        Return the addresses of a host, IPv4 first.

        Raises:
            TargetUnreachableError: It has none, or no resolver answers.
        """
        name = host.strip("[]")
        with suppress(ValueError):
            return [str(ipaddress.ip_address(name))]
        name = name.rstrip(".").lower()
        now = asyncio.get_running_loop().time()
        until, addresses = self._kept.get(name, (0.0, []))
        if until > now:
            return addresses
        answers = await asyncio.gather(*(self._ask(name, one) for one in self._types))
        addresses = [address for _, found in answers for address in found]
        if not addresses:
            raise TargetUnreachableError("the tunnel's resolver knows no such host")
        lifetime = min(_LONGEST_KEPT_SECONDS, *(seconds for seconds, _ in answers))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[name] = (now + lifetime, addresses)
        return addresses

    async def _ask(self, name: str, kind: str) -> tuple[float, list[str]]:
        try:
            question = DNSRecord.question(name, kind)
        except (DNSError, UnicodeError) as error:
            raise TargetUnreachableError("this is no name of a host") from error
        question.header.id = secrets.randbelow(1 << 16)
        for server in self._servers:
            with suppress(OSError, DNSError, EOFError, TimeoutError):
                async with asyncio.timeout(_TRY_SECONDS):
                    answer = await self._exchange(server, question)
                if answer.header.rcode in {_NO_ERROR, _NO_SUCH_NAME}:
                    return _read(answer, kind)
        raise TargetUnreachableError("no resolver of the tunnel answers")

    async def _exchange(self, server: str, question: DNSRecord) -> DNSRecord:
        loop = asyncio.get_running_loop()
        raw = question.pack()
        with await self._open(server, socket.SOCK_DGRAM) as asking:
            await loop.sock_sendall(asking, raw)
            while True:
                answer = DNSRecord.parse(await loop.sock_recv(asking, _LARGEST_ANSWER))
                # What belongs to no question of ours is not for us.
                if _fits(question, answer):
                    break
        if not answer.header.tc:
            return answer
        with await self._open(server, socket.SOCK_STREAM) as asking:
            await loop.sock_sendall(asking, len(raw).to_bytes(2, "big") + raw)
            size = int.from_bytes(await _read_exactly(asking, 2), "big")
            return DNSRecord.parse(await _read_exactly(asking, size))

    async def _open(self, server: str, kind: socket.SocketKind) -> socket.socket:
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        opened = await self._sockets.open_socket(family, kind)
        try:
            await asyncio.get_running_loop().sock_connect(opened, (server, _PORT))
        except BaseException:
            opened.close()
            raise
        return opened


async def _read_exactly(source: socket.socket, size: int) -> bytes:
    loop, found = asyncio.get_running_loop(), b""
    while len(found) < size:
        block = await loop.sock_recv(source, size - len(found))
        if not block:
            raise EOFError
        found += block
    return found


def _fits(question: DNSRecord, answer: DNSRecord) -> bool:
    asked, told = question.q, answer.q
    return (
        answer.header.id == question.header.id
        and told.qtype == asked.qtype
        and str(told.qname).lower() == str(asked.qname).lower()
    )


def _read(answer: DNSRecord, kind: str) -> tuple[float, list[str]]:
    """Return for how many seconds the answer holds, and its addresses."""
    number = getattr(QTYPE, kind)
    records = [record for record in answer.rr if record.rtype == number]
    lifetimes = (float(record.ttl) for record in records)
    return min(lifetimes, default=_LONGEST_KEPT_SECONDS), [
        str(record.rdata) for record in records
    ]
