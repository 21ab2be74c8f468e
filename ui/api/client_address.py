"""Whose address a request comes from, seen through the proxies that are trusted."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from config.settings import settings

Network = IPv4Network | IPv6Network

IPV6_HOME_BITS = 64
"""What one household gets (RFC 6177); within it everybody picks addresses at will."""


def address_of(connection: HTTPConnection) -> str:
    """Return the address a request comes from; empty if the server does not say."""
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.getlist("x-forwarded-for")
    return find_address(
        peer, ",".join(forwarded), trusted=settings().limits.trusted_proxies
    )


def find_address(peer: str, forwarded: str, *, trusted: Sequence[Network]) -> str:
    """
    Return the nearest address that is not a trusted proxy's.

    Each proxy adds, on the right, whom it heard; what lies left of the first foreign
    address is that one's own claim.

    Args:
        peer: Who opened the connection.
        forwarded: The header X-Forwarded-For, or nothing.
        trusted: Networks of our own proxies.
    """
    nearest = peer
    for heard in reversed(forwarded.split(",")):
        if not _is_within(nearest, trusted):
            break
        address = heard.strip()
        if not _is_address(address):
            break
        nearest = address
    return nearest


def household_of(address: str) -> str:
    """Return what requests are counted under: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, IPV6_HOME_BITS), strict=False))


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
