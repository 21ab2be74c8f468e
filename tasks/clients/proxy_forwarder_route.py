"""What a forwarder lets through, by which proxy, and how much it was."""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from config.errors import ApplicationError, ForbiddenError, InvalidError, SetupError
from tasks.clients.proxy_forwarder_dialing import Link, UpstreamProxy
from tasks.clients.proxy_forwarder_targets import is_local_target, is_refused_host

_BLOCK_BYTES = 65_536
_HIGHEST_PORT = 65_535
_HOST = re.compile(r"[A-Za-z0-9_.:%\-]{1,255}")


class TargetForbiddenError(ForbiddenError):
    """The target is this machine, its network, or a host that is to be left alone."""

    code = "target_forbidden"


class NoUpstreamError(SetupError):
    """No proxy is set; nothing is carried until one is."""

    code = "no_proxy"


class WayOut(Protocol):
    """How targets are reached: through a proxy, or from inside a tunnel."""

    @property
    def upstream(self) -> UpstreamProxy:
        """What it is called, and whether plain requests name their whole address."""

    async def open_link(self) -> Link:
        """Connect to the proxy itself."""

    async def open_tunnel(self, host: str, port: int) -> Link:
        """Connect to a target."""


class ForwardedTraffic(NamedTuple):
    """What a forwarder has carried since it was opened."""

    connections: int
    requests: int
    sent_bytes: int
    received_bytes: int
    errors: Mapping[str, int]


@dataclass
class Route:
    """The way out that the connections of one forwarder share."""

    dialer: WayOut | None
    allow_local: bool
    refused_hosts: frozenset[str]
    answer_seconds: float
    connections: int = 0
    requests: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def measure(self) -> ForwardedTraffic:
        """Return the figures as they are now."""
        return ForwardedTraffic(
            self.connections,
            self.requests,
            self.sent_bytes,
            self.received_bytes,
            dict(self.errors),
        )

    def count_sent(self, size: int) -> None:
        """Count bytes to the target."""
        self.sent_bytes += size

    def count_received(self, size: int) -> None:
        """Count bytes from the target."""
        self.received_bytes += size

    def note(self, problem: ApplicationError) -> None:
        """Count a failure under its code."""
        self.errors[problem.code] += 1

    def admit(self, host: str, port: int) -> WayOut:
        """
        Return how to reach a target, if it may be reached.

        Raises:
            InvalidError: It is no host and port.
            TargetForbiddenError: It may not.
            NoUpstreamError: There is no proxy.
        """
        if not _HOST.fullmatch(host) or not 0 < port <= _HIGHEST_PORT:
            raise InvalidError("the target is no host with a port")
        is_local = not self.allow_local and is_local_target(host)
        if is_local or is_refused_host(host, self.refused_hosts):
            raise TargetForbiddenError("this target is not reached through the proxy")
        if self.dialer is None:
            raise NoUpstreamError("no proxy is set for this browser; choose one")
        return self.dialer

    async def open_tunnel(self, host: str, port: int) -> Link:
        """Return a connection to a target that is admitted; raise as those two do."""
        self.requests += 1
        return await self.admit(host, port).open_tunnel(host, port)

    async def relay(self, client: Link, target: Link) -> None:
        """Carry bytes both ways, and count them."""
        await relay(client, target, sent=self.count_sent, received=self.count_received)


def count_nothing(_bytes: int) -> None:
    """Count nothing."""


async def relay(
    client: Link,
    target: Link,
    *,
    sent: Callable[[int], None] = count_nothing,
    received: Callable[[int], None] = count_nothing,
) -> None:
    """Carry bytes both ways until both sides have ended, or one broke off."""
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_pump(client, target, sent))
            both.create_task(_pump(target, client, received))
    except* (OSError, EOFError):
        cut_off(client)
    finally:
        target.writer.transport.abort()


def cut_off(link: Link) -> None:
    """End a connection so that its other side sees a fault, never a short answer."""
    peer = link.writer.get_extra_info("socket")
    if peer is not None:
        with suppress(OSError):
            at_once = struct.pack("ii", 1, 0)  # a reset instead of an orderly end
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    link.writer.transport.abort()


async def _pump(source: Link, sink: Link, count: Callable[[int], None]) -> None:
    while block := await source.reader.read(_BLOCK_BYTES):
        sink.writer.write(block)
        count(len(block))
        await sink.writer.drain()
    if sink.writer.can_write_eof():
        sink.writer.write_eof()
