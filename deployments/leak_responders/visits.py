"""Visits: who came, who asked for which name, who knocked at which STUN port."""

import ipaddress
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from deployments.leak_responders.stun import StunPort

NAMES_PER_VISIT = 6
MOST_SIGHTINGS = 500
"""Of each kind; what comes after these says nothing new."""
STUN_LABEL = "stun"

Family = Literal[4, 6]
Sighting = dict[str, str | int]


@dataclass
class Visit:
    """One leak test's stay."""

    id: str
    labels: tuple[str, ...]
    expires_at: datetime
    stun_ports: tuple[StunPort, ...] = ()
    http: list[Sighting] = field(default_factory=list)
    dns: list[Sighting] = field(default_factory=list)
    stun: list[Sighting] = field(default_factory=list)

    def saw_http(self, address: str, what: str, now: datetime) -> None:
        """Note who asked for a page of ours; `what` is page, echo or name."""
        seen: Sighting = {"address": address, "family": family_of(address)}
        _note(self.http, seen | {"what": what, "at": now.isoformat()})

    def saw_dns(self, question: Sighting, now: datetime) -> None:
        """Note who asked for a name of ours."""
        _note(self.dns, question | {"at": now.isoformat()})

    def saw_stun(self, address: str, port: int, now: datetime) -> None:
        """Note who knocked at a STUN port of ours."""
        seen: Sighting = {"address": address, "port": port}
        _note(self.stun, seen | {"family": family_of(address), "at": now.isoformat()})

    def close(self) -> None:
        """Close the visit's ports."""
        for one in self.stun_ports:
            one.close()

    def told(self) -> dict[str, list[Sighting]]:
        """Return all that was seen."""
        return {"http": self.http, "dns": self.dns, "stun": self.stun}


@dataclass
class Visits:
    """The visits that are open."""

    most: int
    lifetime: timedelta
    _open: dict[str, Visit] = field(default_factory=dict)

    def admit(self, now: datetime) -> Visit | None:
        """Open a visit, without ports as yet; None when there is no room."""
        self.sweep(now)
        if len(self._open) >= self.most:
            return None
        labels = tuple(secrets.token_hex(4) for _ in range(NAMES_PER_VISIT))
        visit = Visit(secrets.token_hex(8), labels, now + self.lifetime)
        self._open[visit.id] = visit
        return visit

    def find(self, visit_id: str) -> Visit | None:
        """Return an open visit."""
        return self._open.get(visit_id)

    def end(self, visit_id: str) -> None:
        """Close a visit; one that is not open is left as it is."""
        visit = self._open.pop(visit_id, None)
        if visit:
            visit.close()

    def sweep(self, now: datetime) -> None:
        """Close the visits whose time is over."""
        for visit in [one for one in self._open.values() if one.expires_at <= now]:
            self.end(visit.id)

    def end_all(self) -> None:
        """Close every visit."""
        for visit_id in tuple(self._open):
            self.end(visit_id)


def family_of(address: str) -> Family:
    """Return 4 or 6."""
    return 6 if ipaddress.ip_address(address).version == 6 else 4  # noqa: PLR2004 - IPv6


def _note(seen: list[Sighting], one: Sighting) -> None:
    if len(seen) < MOST_SIGHTINGS:
        seen.append(one)
