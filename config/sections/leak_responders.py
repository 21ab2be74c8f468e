"""The leak responders: where echo, DNS and STUN listen, and how they are reached."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import SecretStr

from config.sections.base import Section

Port = Annotated[int, Ge(0), Le(65535)]


class LeakRespondersSettings(Section):
    """Read from `MUSTER_LEAK_RESPONDERS__*`, by the process that responds."""

    host: str = "127.0.0.1"
    """IPv4 address to listen on; `0.0.0.0` is every one of the machine."""

    host6: str = ""
    """IPv6 address to listen on; `::` is every one. Empty: none."""

    public_host: str = ""
    """IPv4 address, or name of it, that others reach us at. Empty: where we listen."""

    public_host6: str = ""
    """IPv6 address others reach us at. Empty: where we listen."""

    http_port: Port = 4061
    """TCP port of the echo, the test page and the names below the zone."""

    dns_port: Port = 4062
    """UDP and TCP port of the DNS server; a delegated zone needs 53."""

    first_stun_port: Port = 0
    """First UDP port of those that visits get for STUN. 0: the system picks any."""

    last_stun_port: Port = 0
    """Last UDP port of those that visits get for STUN."""

    zone: str = "leak.test"
    """Zone we answer for; delegate one of your own to this server."""

    zone_address: str = ""
    """IPv4 address every name of the zone leads to. Empty: `public_host`."""

    zone_address6: str = ""
    """IPv6 address every name of the zone leads to. Empty: `public_host6`."""

    token: SecretStr = SecretStr("")
    """Who may open visits and read them shows this. Empty: anybody may."""

    visit_lifetime: Annotated[timedelta, Ge(timedelta(seconds=10))] = timedelta(
        minutes=10
    )
    """A visit that nobody closed ends by itself after this."""

    most_visits: Annotated[int, Ge(1), Le(10_000)] = 200
    """Visits open at the same time; more are refused."""
