"""Connections to the hosts of public pages, kept out of inner networks."""

from ipaddress import IPv4Network

import aiohttp

from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.inner_networks import guarded_sockets

_LOOPBACK = IPv4Network("127.0.0.1/32")


def headers_of(limits: PublicProfilesSettings) -> dict[str, str]:
    """Return the headers that each request for a page has."""
    return {
        "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
        "Accept-Language": "en,*;q=0.5",
        "User-Agent": limits.user_agent,
    }


def open_door(
    limits: PublicProfilesSettings, *, exit_proxy: str | None
) -> aiohttp.ClientSession:
    """
    Return a pool of connections; it belongs to the running event loop.

    With an `exit_proxy`, an HTTP proxy of our own on loopback, all leave through it.
    """
    # Beyond it are no inner networks of ours: a tunnel leads nowhere else.
    inner = () if exit_proxy is None else (_LOOPBACK,)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            limit_per_host=limits.pages_at_once,
            socket_factory=guarded_sockets((*limits.inner_networks, *inner)),
        ),
        proxy=exit_proxy,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers_of(limits),
        timeout=aiohttp.ClientTimeout(total=limits.request_timeout.total_seconds()),
    )
