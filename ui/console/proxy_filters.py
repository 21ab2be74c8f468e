"""Pure: which proxies the pool shows, as the address of the screen names it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from config.vocabulary import ProxyState
from tasks.proxies.rotation_schemas import ProxyStanding
from tasks.proxies.schemas import ProxyFilter
from ui.console.proxy_answers import KnownProxy

EVERY = "all"
OLDEST_FIRST = "id"
BEST_AT_HOST = "score"
"""The API does not sort by it: it is of one host, and of now."""

SORTS: Mapping[str, str] = {
    OLDEST_FIRST: "Oldest first",
    "-id": "Newest first",
    "ip": "Address",
    "-total_requests": "Most used",
    "-failed_requests": "Most failures",
    "-error_count": "Most failures in a row",
    "-updated_at": "Changed last",
    BEST_AT_HOST: "Best at the host",
}
NAMES = ("state", "country", "tag", "search", "sort", "host")
"""What the address of the screen may name."""

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_TAG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


class PoolWish(NamedTuple):
    """Which proxies to show, in which order, and how they stand with which host."""

    state: str = EVERY
    country: str = ""
    tag: str = ""
    search: str = ""
    sort: str = OLDEST_FIRST
    host: str = ""

    @property
    def wanted(self) -> ProxyFilter:
        """Return what the API is asked for; what it would not take is left out."""
        return ProxyFilter(
            ProxyState(self.state) if self.state in set(ProxyState) else None,
            self.country if _COUNTRY.fullmatch(self.country) else None,
            self.tag if _TAG.fullmatch(self.tag) else None,
            self.search,
        )


def read_address(address: Mapping[str, str]) -> PoolWish:
    """Return what an address asks for; what it cannot ask for counts as not said."""
    said = {name: address[name].strip() for name in NAMES if address.get(name)}
    if said.get("state") not in {None, *ProxyState}:
        said.pop("state")
    if said.get("sort") not in {None, *SORTS}:
        said.pop("sort")
    return PoolWish(**said)


def write_address(wish: PoolWish) -> dict[str, str]:
    """Return what the address is to name: what differs from the usual."""
    usual = PoolWish()
    return {
        name: value
        for name, value in wish._asdict().items()
        if value != getattr(usual, name)
    }


def problems_of(wish: PoolWish) -> list[str]:
    """Return what is wrong with what was typed, as sentences."""
    wrong = []
    if wish.country and not _COUNTRY.fullmatch(wish.country):
        wrong.append("A country is two letters, such as DE; it was passed over.")
    if wish.tag and not _TAG.fullmatch(wish.tag):
        wrong.append(
            "A tag has small letters, digits, dots, dashes and underscores; it was "
            "passed over."
        )
    if wish.sort == BEST_AT_HOST and not wish.host:
        wrong.append("Choose a host, to have the best at it first.")
    return wrong


def hosts_of(hosts: Iterable[str], *, besides: str = "") -> list[str]:
    """Return hosts, each once, the newest first, and the one that is asked for."""
    return list(dict.fromkeys(host for host in (*hosts, besides) if host))


def best_first(
    proxies: Sequence[KnownProxy], standings: Mapping[int, ProxyStanding]
) -> list[KnownProxy]:
    """Return proxies by their score at a host; those without one come last."""

    def place(proxy: KnownProxy) -> tuple[bool, float, int]:
        standing = standings.get(proxy.id)
        return standing is None, standing.score if standing else 0.0, proxy.id

    return sorted(proxies, key=place)
