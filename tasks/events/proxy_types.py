"""The events of the proxy pool."""

from dataclasses import dataclass

from config.vocabulary import EventType, ProxyState
from tasks.events.types import Event


@dataclass(frozen=True, slots=True)
class ProxiesAdded(Event):
    """Proxies were made, typed in or read from a list."""

    type = EventType.PROXY

    proxies: int
    source: str
    step: str = "added"


@dataclass(frozen=True, slots=True)
class ProxyChanged(Event):
    """A person enabled, disabled, drained or retired a proxy, or took that back."""

    type = EventType.PROXY

    proxy_id: int
    state: ProxyState
    done_by: str
    step: str = "changed"


@dataclass(frozen=True, slots=True)
class ProxyDisabled(Event):
    """A proxy failed so often in a row that it is given out no more."""

    type = EventType.PROXY

    proxy_id: int
    message: str
    step: str = "disabled"


@dataclass(frozen=True, slots=True)
class ProxyRemoved(Event):
    """A proxy is gone for good, with its account sessions."""

    type = EventType.PROXY

    proxy_id: int
    done_by: str
    step: str = "removed"


@dataclass(frozen=True, slots=True)
class ProxyChecked(Event):
    """A proxy was asked for its exit, and is found to do otherwise than before."""

    type = EventType.PROXY

    proxy_id: int
    ok: bool
    message: str | None
    step: str = "checked"


@dataclass(frozen=True, slots=True)
class ProxyPinMoved(Event):
    """An account session goes out by another proxy, and its browser profile too."""

    type = EventType.PROXY

    account_session_id: int
    from_proxy_id: int
    to_proxy_id: int
    done_by: str
    step: str = "pin_moved"
