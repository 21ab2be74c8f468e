"""Tunnels: where their configuration lies, how patient we are, whom they may ask."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from annotated_types import Gt

from config.sections.base import Section

Duration = Annotated[timedelta, Gt(timedelta(0))]


class VpnSettings(Section):
    """Read from `MUSTER_VPN__*`."""

    folder: Path | None = None
    """`<location>.ovpn`, `.conf` or `.gluetun` lie here. Empty: `<MUSTER_HOME>/vpn`."""

    keeper_name: str = ""
    """Which tunnel keeper makes our tunnels. Empty: the one of this machine."""

    connect_timeout: Duration = timedelta(seconds=15)
    """Longest way to a connected tunnel with its exit seen; then it has failed."""

    disconnect_timeout: Duration = timedelta(seconds=5)
    """Longest wait until the tunnel keeper has taken a tunnel down."""

    handshake_timeout: Duration = timedelta(seconds=6)
    """Longest wait for a VPN server in one attempt."""

    check_every: Duration = timedelta(seconds=30)
    """How often the exit of a connected tunnel is looked at from outside."""

    failed_checks: Annotated[int, Gt(0)] = 2
    """Checks of a silent tunnel that fail one after another before it is made anew."""

    first_pause: Duration = timedelta(seconds=1)
    """Pause before a lost tunnel is made anew; doubled after each attempt."""

    longest_pause: Duration = timedelta(seconds=60)
    """Longest pause between two attempts."""

    resolvers: tuple[str, ...] = ("9.9.9.9", "1.1.1.1")
    """Asked through a tunnel that names no resolver of its own; never the machine's."""
