"""Pure: which targets a forwarder must not pass on."""

import ipaddress
import socket
from collections.abc import Collection

_LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "home.arpa")


def is_local_target(host: str) -> bool:
    """
    Return whether a host is this machine or its network, as far as its name tells.

    A name is never resolved here: the question would leave by the wrong way.
    """
    name = host.strip("[]").rstrip(".").lower()
    address = _address_in(name)
    if address is not None:
        return not address.is_global or address.is_multicast
    return "." not in name or _is_below(name, _LOCAL_NAMES)


def is_refused_host(host: str, refused: Collection[str]) -> bool:
    """Return whether a host is one of `refused` or lies below one."""
    return _is_below(host.rstrip(".").lower(), refused)


def _is_below(name: str, parents: Collection[str]) -> bool:
    return any(name == one or name.endswith(f".{one}") for one in parents)


def _address_in(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return _odd_address_in(name)
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _odd_address_in(name: str) -> ipaddress.IPv4Address | None:
    """Return what 127.1, 0x7f000001 or 2130706433 stand for (inet_aton(3))."""
    if not name[:1].isdigit():
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None
