"""Keep connections out of networks that are not public, whatever names lead there."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network


class InnerAddressError(OSError):
    """The connection would have gone into an inner network."""


def is_inner(address: str, *, open_networks: Sequence[Network] = ()) -> bool:
    """
    Return whether a numeric address is neither public nor in one of `open_networks`.

    Private, loopback, link-local (a cloud's metadata service among them), shared,
    reserved and multicast addresses are not public; so are IPv4 ones written as IPv6.
    """
    number = ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    if any(number in network for network in open_networks):
        return False
    return not number.is_global or number.is_multicast


def guarded_sockets(
    open_networks: Sequence[Network],
) -> Callable[[tuple[Any, ...]], socket.socket]:
    """
    Return a socket factory for aiohttp that opens none towards an inner network.

    It is asked with the address itself, after every name was resolved and at every
    redirect, so that a name cannot say one thing first and another later.

    Raises:
        InnerAddressError: By the factory; what it says is for the campaign's owner.
    """

    def open_socket(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = found
        if is_inner(address[0], open_networks=open_networks):
            # The same words for each address of a name: aiohttp tells them as one.
            raise InnerAddressError(
                "its host is in an inner network, which this Muster does not enter "
                "(MUSTER_PUBLIC_PROFILES__INNER_NETWORKS)"
            )
        return socket.socket(family, kind, protocol)

    return open_socket
