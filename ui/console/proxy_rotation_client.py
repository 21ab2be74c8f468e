"""The routes about how proxies are chosen: settings, standing, attempts."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict

from config.sections.proxies import ProxiesSettings
from tasks.proxies.rotation_schemas import HostStanding, RotationEffect
from tasks.proxies.schemas import AttemptAnswer, DocumentSchema
from ui.console.api_door import Door

MOST_A_PAGE = 100
MOST_NAMED = 1_000
"""Proxies whose addresses are read; others are shown by their numbers."""

TRIED_WITHIN_SECONDS = 60.0


class _Answer(DocumentSchema):
    """Something the API said; members this console does not know are left out."""

    model_config = ConfigDict(extra="ignore")


class Standing(HostStanding):
    """How proxies stand with a host; what this console does not know is left out."""

    model_config = ConfigDict(extra="ignore")


class RotationShown(_Answer):
    """How proxies are chosen now, and by the environment's word."""

    settings: ProxiesSettings
    usual: ProxiesSettings


class Attempts(_Answer):
    """Some requests through proxies, newest first; `next` asks for older ones."""

    items: tuple[AttemptAnswer, ...]
    next: str | None = None


class _Named(_Answer):
    id: int
    ip: str
    port: int

    @property
    def address(self) -> str:
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{host}:{self.port}"


class _NamedPage(_Answer):
    items: tuple[_Named, ...]
    next: str | None = None


class ProxyRotation(Door):
    """How proxies are chosen: look, try other settings, change them, ban, unban."""

    def get_rotation(self) -> RotationShown:
        """Return the settings that hold, beside those of the environment."""
        return self.ask("GET", "/proxies/rotation", RotationShown)

    def try_rotation(self, wanted: Mapping[str, Any]) -> RotationEffect:
        """Return what other settings would have changed for the recorded attempts."""
        path, within = "/proxies/rotation/preview", TRIED_WITHIN_SECONDS
        return self.ask("POST", path, RotationEffect, json=dict(wanted), timeout=within)

    def change_rotation(self, wanted: Mapping[str, Any]) -> RotationShown:
        """Have other settings hold from now on; the same ones again change nothing."""
        return self.ask("PUT", "/proxies/rotation", RotationShown, json=dict(wanted))

    def get_host_standing(self, host: str) -> Standing:
        """Return how the proxies in use stand with a host, the best first."""
        path, query = "/proxies/rotation/standing", {"host": host}
        return self.ask("GET", path, Standing, query=query)

    def ban(self, proxy_id: int, host: str, *, minutes: int) -> Standing:
        """Give a proxy out for one host no more for a while."""
        asked = {"host": host, "minutes": minutes}
        return self.ask(
            "POST", f"/proxies/rotation/{proxy_id}/ban", Standing, json=asked
        )

    def unban(self, proxy_id: int, host: str) -> Standing:
        """Forget what speaks against a proxy at a host."""
        path, asked = f"/proxies/rotation/{proxy_id}/unban", {"host": host}
        return self.ask("POST", path, Standing, json=asked)

    def list_attempts(
        self,
        *,
        proxy_id: int | None = None,
        host: str | None = None,
        outcome: str | None = None,
        limit: int = MOST_A_PAGE,
    ) -> Attempts:
        """Return up to `limit` attempts, newest first, of as many pages as needed."""
        query = {"proxy_id": proxy_id, "host": host, "outcome": outcome}
        found: list[AttemptAnswer] = []
        after: str | None = None
        while True:
            portion = min(MOST_A_PAGE, limit - len(found))
            place = {"limit": portion, "after": after}
            page = self.ask("GET", "/proxies/attempts", Attempts, query=query | place)
            found += page.items
            after = page.next
            if after is None or len(found) >= limit:
                return page.model_copy(update={"items": tuple(found)})

    def name_proxies(self) -> dict[int, str]:
        """Return the addresses of the pool's proxies, by id."""
        named: dict[int, str] = {}
        query: dict[str, Any] = {"limit": MOST_A_PAGE}
        while len(named) < MOST_NAMED:
            page = self.ask("GET", "/proxies/pool", _NamedPage, query=query)
            named |= {one.id: one.address for one in page.items}
            if page.next is None:
                break
            query["after"] = page.next
        return named
