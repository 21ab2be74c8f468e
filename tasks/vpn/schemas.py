"""What crosses a boundary about tunnels; never a credential."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from pydantic import Field

from config.schema import Schema
from config.vocabulary import TunnelProtocol, TunnelState

Location = Annotated[str, Len(1, 40), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]


class Reason(Schema):
    """Why a tunnel is in its state: a word for programs, a sentence for people."""

    error: str
    message: str


class TunnelAnswer(Schema):
    """The tunnel of one location, as it is now."""

    id: UUID
    location: str
    protocol: TunnelProtocol
    state: TunnelState
    reason: Reason | None
    endpoint: str | None
    """The VPN server, as `address:port`."""

    tunnel_address: str | None
    exit_ip: str | None
    """The address that an outside echo saw; empty unless connected."""

    exit_country: str | None
    checked_at: datetime | None
    """When the exit was last looked at."""

    since: datetime
    """When the tunnel came into this state."""

    received_bytes: int
    sent_bytes: int
    last_handshake_at: datetime | None
    proxy_url: str | None
    """Whatever goes through this proxy leaves by the tunnel, or not at all."""

    worker: str
    """The machine that the tunnel and its proxy are on."""


class Ability(Schema):
    """Whether a kind of tunnel can be made here, and what is missing if not."""

    available: bool
    missing: tuple[str, ...] = ()


class Abilities(Schema):
    """What the tunnel keeper of this machine is able to."""

    openvpn: Ability
    wireguard: Ability
    gluetun: Ability


class LocationAnswer(Schema):
    """A location that has configuration files, and what is wrong with them."""

    location: str
    protocols: tuple[TunnelProtocol, ...]
    problem: str | None = None


class CloakStatus(Schema):
    """By which exits Muster can leave, and does."""

    connected: bool
    exit_ip: str | None
    exit_country: str | None
    tunnels: tuple[TunnelAnswer, ...]
    locations: tuple[LocationAnswer, ...]
    abilities: Abilities


class ConnectRequest(Schema):
    """A tunnel that a person wants."""

    location: Location
    protocol: TunnelProtocol | None = None
    """Left out: the one that the location has a file for."""


class DisconnectRequest(Schema):
    """Which tunnel is wanted no longer."""

    location: Location | None = None
    """Left out: all of them."""


class ConnectAnswer(Schema):
    """A tunnel whose exit was seen from outside."""

    connected: bool
    exit_ip: str | None
    tunnel: TunnelAnswer


class DisconnectAnswer(Schema):
    """What is left after tunnels were taken down."""

    connected: bool
    tunnels: tuple[TunnelAnswer, ...]
