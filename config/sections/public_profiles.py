"""How public profiles are gathered."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from annotated_types import Ge, Le

from config.sections.base import Section


class PublicProfilesSettings(Section):
    """Read from `MUSTER_PUBLIC_PROFILES__*`."""

    user_agent: str = "Muster/0.1 (public-profile research)"
    """How we introduce ourselves to a host, in its robots.txt too."""

    own_hosts: tuple[str, ...] = ()
    """`host` or `host:port` of the operator's own sites: robots.txt is not asked."""

    inner_networks: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    """Networks that are not public and may be fetched from. A server for many: `[]`."""

    pages_at_once: Annotated[int, Ge(1), Le(256)] = 32
    """Requests under way to one host at the same time, at most."""

    wanted_at_once: Annotated[float, Ge(0), Le(256)] = 4.0
    """Requests a host is to have in hand on average; our pace follows how fast it
    answers. 0: no pace but that of `pages_at_once` and the host's own wishes."""

    longest_pace: timedelta = timedelta(seconds=60)
    """Longest time between two requests that a slow host slows us down to."""

    request_timeout: timedelta = timedelta(seconds=20)
    """Longest wait for one page."""

    tries: Annotated[int, Ge(1), Le(10)] = 4
    """Tries for one page before it is reported as lost."""

    largest_page_bytes: Annotated[int, Ge(1024)] = 8_388_608
    """A page larger than this is reported, not read."""

    pages_per_host: Annotated[int, Ge(1)] = 100_000
    """Pages of one host that a run asks for at most; a source may want fewer."""

    longest_wait: timedelta = timedelta(seconds=60)
    """Longest `Retry-After` that is waited for within a run."""

    rejected_retention: Annotated[timedelta, Ge(timedelta(days=1))] | None = None
    """How long who was rejected, by people or criteria, is kept. Not set: always."""

    undecided_retention: Annotated[timedelta, Ge(timedelta(days=1))] | None = None
    """How long who waits for a decision, or is a maybe, is kept. Not set: always."""

    longest_api_wait: timedelta = timedelta(hours=1)
    """Longest wait that a JSON interface may ask for before the run stops."""
