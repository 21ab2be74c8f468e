"""A tunnel as its users see it, by whatever means it was made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tasks.clients.network_namespace import Yard
from tasks.clients.proxy_forwarder_route import WayOut


class TunnelTraffic(NamedTuple):
    """What a tunnel has carried."""

    received_bytes: int
    sent_bytes: int
    last_handshake_at: datetime | None


class TunnelTerms(NamedTuple):
    """How a tunnel is to be made."""

    yard: Yard
    name: str
    """Of its namespace and interface; of nothing else on this machine."""

    attempt: int
    """How many were made before; servers take turns by it."""

    handshake_seconds: float
    resolvers: tuple[str, ...]
    """Asked if the tunnel names none."""


@dataclass(frozen=True)
class OpenTunnel:
    """A tunnel after its handshake; not yet one whose exit was seen."""

    way_out: WayOut
    endpoint: str
    tunnel_address: str | None
    measure: Callable[[], Awaitable[TunnelTraffic]]
    wait_dropped: Callable[[], Awaitable[str]]
    """Returns why, once the tunnel is gone."""
