"""The sockets of the responders: opened before anything is promised."""

import ipaddress
import itertools
import random
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.errors import SetupError
from config.sections.leak_responders import LeakRespondersSettings

_BACKLOG = 512
_TRIES = 50
_PREFIX = "MUSTER_LEAK_RESPONDERS__"


@dataclass(frozen=True)
class Listeners:
    """Bound sockets, one of each kind for each family."""

    http: Sequence[socket.socket]
    dns_datagrams: Sequence[socket.socket]
    dns_streams: Sequence[socket.socket]

    @property
    def http_port(self) -> int:
        """Port of the pages."""
        return int(self.http[0].getsockname()[1])

    @property
    def dns_port(self) -> int:
        """Port of the DNS server."""
        return int(self.dns_datagrams[0].getsockname()[1])


def hosts_of(values: LeakRespondersSettings) -> list[str]:
    """
    Return the addresses to listen on, IPv4 first.

    Raises:
        SetupError: One is not an address of its family, or there is none.
    """
    hosts = []
    for name, host, version in (("HOST", values.host, 4), ("HOST6", values.host6, 6)):
        if not host:
            continue
        try:
            right = ipaddress.ip_address(host).version == version
        except ValueError:
            right = False
        if not right:
            raise SetupError(
                f"{_PREFIX}{name} is {host}, which is no IPv{version} address; "
                "set it to one of this machine"
            )
        hosts.append(host)
    if not hosts:
        raise SetupError(f"set {_PREFIX}HOST to an address of this machine")
    return hosts


def open_listeners(values: LeakRespondersSettings) -> Listeners:
    """
    Open the sockets of HTTP and DNS; port 0 takes any that is free.

    Raises:
        SetupError: A port is taken or not allowed; the message names the setting.
    """
    hosts = hosts_of(values)
    streams, datagrams = (socket.SOCK_STREAM,), (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    http = _open_named("HTTP_PORT", hosts, streams, values.http_port)
    try:
        dns = _open_named("DNS_PORT", hosts, datagrams, values.dns_port)
    except SetupError:
        close_all(http)
        raise
    for one in (*http, *dns):
        if one.type == socket.SOCK_STREAM:
            one.listen(_BACKLOG)
    return Listeners(
        http,
        [one for one in dns if one.type == socket.SOCK_DGRAM],
        [one for one in dns if one.type == socket.SOCK_STREAM],
    )


def open_stun_sockets(values: LeakRespondersSettings) -> list[socket.socket]:
    """
    Open a UDP socket for each family, on one free port of the range.

    Raises:
        OSError: None of the range is free.
    """
    first, last = values.first_stun_port, values.last_stun_port
    return open_on_one_port(
        hosts_of(values),
        (socket.SOCK_DGRAM,),
        random.sample(range(first, last + 1), last + 1 - first) if first else [0],
    )


def open_on_one_port(
    hosts: Sequence[str], kinds: Sequence[socket.SocketKind], ports: Sequence[int]
) -> list[socket.socket]:
    """
    Bind every kind on every host to the same port, the first of `ports` that is free.

    Raises:
        OSError: None of them is.
    """
    # Any port may be free for one of the sockets and taken for another: try again.
    tried = itertools.repeat(0, _TRIES) if list(ports) == [0] else iter(ports)
    problem = OSError("no port was named")
    for port in tried:
        opened: list[socket.socket] = []
        try:
            for host, kind in itertools.product(hosts, kinds):
                number = opened[0].getsockname()[1] if opened else port
                opened.append(_bind(host, kind, number))
        except OSError as error:
            close_all(opened)
            problem = error
        else:
            return opened
    raise problem


def close_all(sockets: Iterable[socket.socket]) -> None:
    """Close sockets."""
    for one in sockets:
        one.close()


def _open_named(
    name: str, hosts: Sequence[str], kinds: Sequence[socket.SocketKind], port: int
) -> list[socket.socket]:
    try:
        return open_on_one_port(hosts, kinds, [port])
    except OSError as error:
        raise SetupError(
            f"the leak responders cannot listen on {' and '.join(hosts)}, port {port}: "
            f"{error.strerror}; set {_PREFIX}{name} to a free port"
        ) from None


def _bind(host: str, kind: socket.SocketKind, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            # Else an IPv4 client would come as ::ffff:a.b.c.d, of the wrong family.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    opened.settimeout(0)
    return opened
