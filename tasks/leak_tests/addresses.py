"""Pure: addresses as leak tests compare them."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address

_LOCAL_BLOCKS = tuple(
    ip_network(one)
    for one in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
        "100.64.0.0/10",  # RFC 6598: behind a provider's address translation
        "169.254.0.0/16",  # RFC 3927
        "fc00::/7",  # RFC 4193
        "fe80::/10",  # RFC 4291
    )
)
"""
Addresses of a home network. Those of documentation count as public ones, as they do in
a laboratory, which `IPv4Address.is_private` would not.
"""

_SITE_PREFIX_BITS = 64
"""The rest of an IPv6 address is the machine's own choice, and often a new one."""


def parse_address(text: str | None) -> Address | None:
    """Return an address; None for a name, such as `.local`, and for "any"."""
    if not text:
        return None
    try:
        address = ip_address(text.strip("[] ").partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return None if address.is_unspecified else address


def parse_all(texts: Iterable[str | None]) -> tuple[Address, ...]:
    """Return the addresses among some texts, each once, in their order."""
    found = (parse_address(one) for one in texts)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def is_local(address: Address) -> bool:
    """Return whether it is an address of a home network, unknown to the world."""
    return any(address in block for block in _LOCAL_BLOCKS)


def is_within(address: Address, blocks: Iterable[str]) -> bool:
    """Return whether an address is, or lies in, one of some addresses or blocks."""
    return any(address in ip_network(one, strict=False) for one in blocks)


def is_of_family(block: str, address: Address) -> bool:
    """Return whether an address or block is of the same family as an address."""
    return ip_network(block, strict=False).version == address.version


def is_same_site(address: Address, others: Iterable[Address]) -> bool:
    """Return whether an address is one of others; in IPv6, of the same subscriber."""
    for other in others:
        if address == other:
            return True
        if (
            isinstance(address, IPv6Address)
            and isinstance(other, IPv6Address)
            and not address.is_loopback
        ):
            site = IPv6Network((other, _SITE_PREFIX_BITS), strict=False)
            if address in site:
                return True
    return False


def shown(addresses: Iterable[Address]) -> tuple[str, ...]:
    """Return addresses as they are written."""
    return tuple(str(one) for one in addresses)
