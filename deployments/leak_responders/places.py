"""Where the responders are reached, as those who come need to be told."""

import ipaddress
from dataclasses import dataclass

from config.errors import SetupError
from config.sections.leak_responders import LeakRespondersSettings
from deployments.leak_responders.visits import STUN_LABEL, Visit

Told = dict[str, object]


@dataclass(frozen=True)
class Places:
    """Addresses of the running responders, from outside."""

    zone: str
    host: str
    host6: str
    http_port: int

    def told(self, visit: Visit) -> Told:
        """Return what whoever opened a visit needs to go through with it."""
        hosts = {4: self.host, 6: self.host6}
        own = f"{visit.id}.{self.zone}"
        return {
            "id": visit.id,
            "pageUrl": self._url(self.host or self.host6, visit, "page"),
            "pageUrl6": self._url(self.host6, visit, "page"),
            "echoUrl": self._url(self.host or self.host6, visit, "echo"),
            "echoUrl6": self._url(self.host6, visit, "echo"),
            "names": [f"{label}.{own}" for label in visit.labels],
            "namePort": self.http_port,
            "stun": [
                {"host": hosts[one.family], "port": one.port, "family": one.family}
                for one in visit.stun_ports
            ],
            "stunName": f"{STUN_LABEL}.{own}",
            "expiresAt": visit.expires_at.isoformat(),
        }

    def _url(self, host: str, visit: Visit, what: str) -> str | None:
        if not host:
            return None
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.http_port}/visits/{visit.id}/{what}"


def places_of(values: LeakRespondersSettings, *, http_port: int) -> Places:
    """
    Return where we are reached: as a setting says, else where we listen.

    Raises:
        SetupError: We are reached by a name of the zone, which are all visits' names.
    """
    zone = values.zone.strip(".").lower()
    if values.public_host.lower().endswith(f".{zone}"):
        raise SetupError(
            f"MUSTER_LEAK_RESPONDERS__PUBLIC_HOST lies in the zone {zone}, whose names "
            "belong to visits; set it to an address, or to a name outside"
        )
    return Places(
        zone=zone,
        host=values.public_host or values.host,
        host6=values.public_host6 or values.host6,
        http_port=http_port,
    )


def zone_addresses(values: LeakRespondersSettings) -> tuple[str, str]:
    """Return the IPv4 and IPv6 address of every name below the zone; "" is none."""
    return (
        _address(values.zone_address, values.public_host, values.host),
        _address(values.zone_address6, values.public_host6, values.host6),
    )


def _address(*candidates: str) -> str:
    for one in filter(None, candidates):
        try:
            return str(ipaddress.ip_address(one))
        except ValueError:  # a public host may be given by its name
            continue
    return ""
