"""What clients know of proxies: one is lent for a request, and given back."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple, Protocol

from tasks.clients.proxy_forwarder_dialing import UpstreamProxy

ANY_AGAIN = 0
"""Stands for a proxy that is not there: every proxy was tried, so any may be again."""


class Blame(StrEnum):
    """Who is to blame for how a request ended, in the words of rotation."""

    NOBODY = "success"
    PROXY = "proxy"
    BLOCKED = "blocked"
    """The host refuses this proxy."""

    TARGET = "target"
    """The host, or it cannot be told yet; rotation looks at the other proxies."""

    ACCOUNT = "account"
    OURS = "ours"


class LentProxy(NamedTuple):
    """A proxy that is ours for one request."""

    proxy_id: int
    upstream: UpstreamProxy
    lease: object
    """What the supply knows it by."""


class Patience(StrEnum):
    """What is to be done when no proxy is given."""

    WAIT = "wait"
    LATER = "later"
    """The page goes back to its queue: further tries are too large a share already."""

    ALL_TRIED = "all_tried"
    NONE = "none"
    """There is no proxy, and waiting does not help."""


class NoProxyNow(NamedTuple):
    """Why no proxy is given, and what to do about it."""

    patience: Patience
    seconds: float
    reason: str
    """For a person, such as `every proxy has spent its budget`."""


class ProxySupply(Protocol):
    """Where proxies come from; called in the event loop that sends the requests."""

    async def lend(
        self, host: str, *, tried: Collection[int]
    ) -> LentProxy | NoProxyNow:
        """Return a proxy for one request to a host, another than those tried."""

    async def give_back(
        self,
        lent: LentProxy,
        blame: Blame,
        *,
        seconds: float,
        retry_after: float | None = None,
    ) -> None:
        """Say how the request ended."""

    async def close(self) -> None:
        """Keep what is to be kept; safe to repeat."""
