"""What the API answers about exits: tunnels, leak tests, their schedules."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from tasks.leak_tests.schemas import (
    LeakScheduleAnswer,
    LeakTestAnswer,
    SubjectShown,
)
from ui.console.answers import Answer

__all__ = ["SubjectShown"]


class LeakTest(LeakTestAnswer):
    """A leak test; what this console does not know of it is left out."""

    model_config = ConfigDict(extra="ignore")


class LeakTestPage(Answer):
    """Some leak tests, newest first; `next` asks for older ones."""

    items: tuple[LeakTest, ...]
    next: str | None = None


class LeakFix(Answer):
    """A leak test before and after the WebRTC policy changed."""

    before: LeakTest
    after: LeakTest
    changed: Mapping[str, tuple[str, str]] = {}
    """Flag -> what it was, what it is."""


class LeakSchedule(LeakScheduleAnswer):
    """A leak test that is repeated."""

    model_config = ConfigDict(extra="ignore")


class LeakScheduleList(Answer):
    """All schedules of leak tests."""

    items: tuple[LeakSchedule, ...]


class TunnelReason(Answer):
    """Why a tunnel is as it is."""

    error: str
    message: str


class Tunnel(Answer):
    """A tunnel: what was wished, how it is, how it is seen from outside."""

    id: UUID | None = None
    location: str
    protocol: str | None = None
    state: str
    reason: TunnelReason | None = None
    endpoint: str | None = None
    tunnel_address: str | None = None
    exit_ip: str | None = None
    exit_country: str | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    received_bytes: int | None = None
    sent_bytes: int | None = None
    last_handshake_at: datetime | None = None
    proxy_url: str | None = None
    worker: str | None = None


class TunnelLocation(Answer):
    """A place to leave from, and what is wrong with its configuration, if anything."""

    location: str
    protocols: tuple[str, ...] = ()
    problem: str | None = None


class TunnelAbility(Answer):
    """Whether a protocol can be used on the machine of the tunnels; else why not."""

    available: bool
    missing: tuple[str, ...] = ()


class CloakStatus(Answer):
    """By which exit Muster can leave now."""

    connected: bool
    exit_ip: str | None = None
    exit_country: str | None = None
    tunnels: tuple[Tunnel, ...] = ()
    locations: tuple[TunnelLocation, ...] = ()
    abilities: Mapping[str, TunnelAbility] = {}


class TunnelsAnswer(Answer):
    """How tunnels are after one was connected or disconnected."""

    connected: bool
    exit_ip: str | None = None
