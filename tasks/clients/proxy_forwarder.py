"""
A proxy of our own on loopback, which knows the credentials of the real one.

Browsers cannot sign in at SOCKS5 proxies, and ask a person for a password at others.
They are given this one instead: HTTP and SOCKS5 on one port, no credentials, and beyond
it an http, https or socks5 proxy. It fails closed: what that proxy does not carry is
not carried. It never answers 407, for a browser would ask for a password.
"""

import asyncio
import ssl
from collections.abc import Collection
from contextlib import suppress
from types import TracebackType
from typing import Self

from config.errors import SetupError
from tasks.clients.proxy_forwarder_dialing import Dialer, Link, UpstreamProxy
from tasks.clients.proxy_forwarder_http import serve_http
from tasks.clients.proxy_forwarder_messages import LARGEST_HEAD_BYTES
from tasks.clients.proxy_forwarder_route import ForwardedTraffic, Route, WayOut
from tasks.clients.proxy_forwarder_socks import FIRST_BYTE, serve_socks

__all__ = ["ForwardedTraffic", "ProxyForwarder", "UpstreamProxy", "check_upstream"]

CONNECT_SECONDS = 10.0
"""Longest wait for the proxy to let us in and reach the target."""

ANSWER_SECONDS = 60.0
"""Longest wait for the beginning of the answer to a plain request."""


class ProxyForwarder:
    """
    One forwarder for one browser; open it with `open()`, or use it in an `async with`.

    Args:
        upstream: The proxy beyond; None refuses everything until one is set.
        allow_local: Whether loopback and private targets are passed on.
        refused_hosts: Names that are not, with all that lies below them.
        connect_seconds: Longest wait for the upstream.
        tls: Which certificates an https upstream may show; None is this machine's.
    """

    def __init__(
        self,
        upstream: UpstreamProxy | None,
        *,
        allow_local: bool = False,
        refused_hosts: Collection[str] = (),
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self._connect_seconds = connect_seconds
        self._route = Route(None, allow_local, frozenset(refused_hosts), answer_seconds)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self.change_upstream(upstream)

    async def __aenter__(self) -> Self:
        """Open it."""
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def open(self, port: int = 0) -> int:
        """Listen on this port of 127.0.0.1, or a free one for 0, and return it."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=LARGEST_HEAD_BYTES
        )
        return self.port

    async def close(self) -> None:
        """Stop listening and break off what is under way; safe to repeat."""
        if self._server is not None:
            self._server.close()
        for client in tuple(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def change_upstream(self, upstream: UpstreamProxy | None) -> None:
        """Use another proxy from now on; what is under way ends by the old one."""
        self._route.dialer = (
            None
            if upstream is None
            else Dialer(upstream, self._connect_seconds, self._tls)
        )

    def change_way_out(self, way_out: WayOut | None) -> None:
        """Reach targets in this way from now on, and break off what is under way."""
        self._route.dialer = way_out
        for client in tuple(self._clients):
            client.cancel()

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None or not self._server.sockets:
            raise SetupError("the forwarder is not open")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def traffic(self) -> ForwardedTraffic:
        """What it has carried so far."""
        return self._route.measure()

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        serving = asyncio.create_task(self._serve(Link(reader, writer)))
        self._clients.add(serving)
        serving.add_done_callback(self._clients.discard)

    async def _serve(self, client: Link) -> None:
        self._route.connections += 1
        try:
            # A client that breaks off is no fault of ours.
            with suppress(OSError, EOFError):
                first = await client.reader.readexactly(1)
                if first == FIRST_BYTE:
                    await serve_socks(client, self._route)
                else:
                    await serve_http(client, self._route, first)
        except asyncio.CancelledError:
            client.writer.transport.abort()
            raise
        finally:
            client.writer.close()


async def check_upstream(
    upstream: UpstreamProxy,
    *,
    seconds: float = CONNECT_SECONDS,
    tls: ssl.SSLContext | None = None,
) -> None:
    """
    Ask a proxy whether it lets us in, without reaching any target.

    Raises:
        UpstreamUnreachableError: It does not answer (in time).
        UpstreamCredentialsError: It does not accept user name and password.
        UpstreamUnreadableError: It is no proxy of that kind.
    """
    await Dialer(upstream, seconds, tls).check()
