"""Reach targets from inside a tunnel's namespace, as a forwarder's way out."""

import asyncio
import socket

from tasks.clients.network_namespace import SocketSource
from tasks.clients.proxy_forwarder_dialing import (
    Link,
    TargetUnreachableError,
    UpstreamProxy,
    UpstreamTimeoutError,
)
from tasks.clients.proxy_forwarder_messages import LARGEST_HEAD_BYTES
from tasks.clients.tunnel_names import TunnelResolver

CONNECT_SECONDS = 15.0


class TunnelDialer:
    """Opens connections that leave by one tunnel, or not at all."""

    def __init__(
        self,
        sockets: SocketSource,
        resolver: TunnelResolver,
        *,
        seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._sockets, self._resolver, self._seconds = sockets, resolver, seconds

    @property
    def upstream(self) -> UpstreamProxy:
        """What a forwarder takes it for: something that reaches targets by itself."""
        return UpstreamProxy("socks5", "tunnel", 0)

    async def open_link(self) -> Link:
        """Refuse: there is no proxy at the other end of a tunnel."""
        raise TargetUnreachableError("a tunnel is no proxy")

    async def open_tunnel(self, host: str, port: int) -> Link:
        """
        Return a connection to a target; the tunnel's resolver resolves its name.

        Raises:
            TargetUnreachableError: It cannot be reached through the tunnel.
            UpstreamTimeoutError: It did not answer in time; the tunnel may be down.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._connect(host, port)
        except TimeoutError as error:
            raise UpstreamTimeoutError(
                f"no answer came through the tunnel within {self._seconds:g} s"
            ) from error
        except OSError as error:
            raise TargetUnreachableError(
                "the target cannot be reached through the tunnel"
            ) from error

    async def _connect(self, host: str, port: int) -> Link:
        problem: OSError = OSError("no address")
        for address in await self._resolver.resolve(host):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            opened = await self._sockets.open_socket(family, socket.SOCK_STREAM)
            try:
                loop = asyncio.get_running_loop()
                await loop.sock_connect(opened, (address, port))
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return Link(
                    *await asyncio.open_connection(
                        sock=opened, limit=LARGEST_HEAD_BYTES
                    )
                )
            except OSError as error:
                opened.close()
                problem = error
            except BaseException:
                opened.close()
                raise
        raise problem
