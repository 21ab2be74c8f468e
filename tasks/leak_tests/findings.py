"""What the probes of a leak test saw, before anything is made of it."""

from typing import NamedTuple

from pydantic import Field, SecretStr

from config.vocabulary import LeakScope
from tasks.clients.leak_page import PageReport
from tasks.clients.leak_responders import Echo, Told, VisitLog


class ProbeExit(NamedTuple):
    """By which way a test without a browser leaves; no proxy: directly."""

    proxy_url: SecretStr | None = None
    """`http`, `https` or `socks5://user:password@host:port`, percent-encoded."""

    local_names: bool = False
    """Whether names are resolved here and the proxy is given addresses."""


class StunControl(Told):
    """A binding request of our own, sent beside the exit to a port of the visit."""

    host: str
    port: int
    family: int
    mapped_address: str | None = None
    """How the server saw us; None: it did not answer."""

    mapped_port: int | None = None


class Findings(Told):
    """Everything a probe saw."""

    scope: LeakScope
    echoes: tuple[Echo, ...] = ()
    """How requests through the exit arrived, one for each family that worked."""

    log: VisitLog | None = None
    """Whom the responders saw; None: there were no responders."""

    page: PageReport | None = None
    """What the page found out in the browser; None: there was no browser."""

    control: tuple[StunControl, ...] = ()
    names_asked: int = 0
    took_ms: dict[str, float | None] = Field(default_factory=dict)


class Home(Told):
    """How this machine is seen without an exit: what a test must not see."""

    addresses: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    problem: str | None = None
    """Why it could not be looked at; then a verdict by it alone is inconclusive."""
