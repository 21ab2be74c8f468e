"""
A configuration of WireGuard as wg-quick(8) writes it, without what it would run.

Keys are kept as the hexadecimal digits that the control socket takes.
"""

import base64
import binascii
import ipaddress
from dataclasses import dataclass, field

from tasks.clients.tunnel_errors import TunnelFileError

_INTERFACE, _PEER = "interface", "peer"
_ALLOWED = {
    _INTERFACE: {"privatekey", "address", "dns", "mtu", "listenport"},
    _PEER: {
        "publickey",
        "presharedkey",
        "endpoint",
        "allowedips",
        "persistentkeepalive",
    },
}
_RUNS_PROGRAMS = {"preup", "postup", "predown", "postdown"}
_LEFT_OUT = {"table", "fwmark", "saveconfig", "listenport"}
_KEY_BYTES = 32
_DEFAULT_MTU = 1420
_KEEPALIVE_SECONDS = 15
"""It also makes the first handshake, without any traffic."""


@dataclass(frozen=True)
class WireGuardPeer:
    """The other end."""

    public_key: str
    host: str
    port: int
    allowed: tuple[str, ...]
    keepalive_seconds: int
    preshared_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class WireGuardFile:
    """What a location's `.conf` file says, as far as we follow it."""

    private_key: str = field(repr=False)
    addresses: tuple[str, ...]
    resolvers: tuple[str, ...]
    mtu: int
    peer: WireGuardPeer

    @property
    def endpoint(self) -> str:
        """The server as people write it."""
        return f"{self.peer.host}:{self.peer.port}"


def read_wireguard_file(text: str) -> WireGuardFile:
    """
    Return what a configuration file says.

    Raises:
        TunnelFileError: It is incomplete, or holds what is not allowed; the message
            says in which line, and what to do.
    """
    found: dict[str, dict[str, list[str]]] = {_INTERFACE: {}, _PEER: {}}
    section, peers = "", 0
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stated = line.partition("#")[0].strip()
        if stated.startswith("["):
            section = stated.strip("[] \t").lower()
            peers += section == _PEER
            if section not in found or peers > 1:
                raise TunnelFileError(
                    "a file has one [Interface] and one [Peer]", line=number
                )
        elif stated:
            name, values = _read_line(stated, section, number)
            found[section].setdefault(name, []).extend(values)
    return _compose(found[_INTERFACE], found[_PEER])


def _read_line(stated: str, section: str, number: int) -> tuple[str, list[str]]:
    name, _, value = stated.partition("=")
    word = name.strip().lower()
    if word in _RUNS_PROGRAMS:
        raise TunnelFileError(
            f"`{name.strip()}` runs programs, which a tunnel of ours never does; "
            "remove the line (routes and resolver are set without scripts)",
            line=number,
        )
    if word not in _ALLOWED.get(section, set()) | _LEFT_OUT:
        raise TunnelFileError(
            f"`{name.strip()}` is not among the keys allowed; remove the line",
            line=number,
        )
    return word, [one.strip() for one in value.split(",") if one.strip()]


def _compose(
    interface: dict[str, list[str]], peer: dict[str, list[str]]
) -> WireGuardFile:
    host, _, port = _only(peer, "endpoint", "Endpoint").rpartition(":")
    if not host or not port.isdigit():
        raise TunnelFileError("`Endpoint` is written as host:port")
    preshared = peer.get("presharedkey")
    resolvers = [one for one in interface.get("dns", []) if _is_address(one)]
    return WireGuardFile(
        private_key=_key(_only(interface, "privatekey", "PrivateKey"), "PrivateKey"),
        addresses=tuple(
            _network(one, "Address", keep_host=True)
            for one in interface.get("address", ())
        ),
        resolvers=tuple(resolvers),
        mtu=_number(interface, "mtu", _DEFAULT_MTU),
        peer=WireGuardPeer(
            public_key=_key(_only(peer, "publickey", "PublicKey"), "PublicKey"),
            host=host.strip("[]"),
            port=int(port),
            allowed=tuple(
                _network(one, "AllowedIPs", keep_host=False)
                for one in peer.get("allowedips", ("0.0.0.0/0", "::/0"))
            ),
            keepalive_seconds=_number(peer, "persistentkeepalive", _KEEPALIVE_SECONDS),
            preshared_key=_key(preshared[0], "PresharedKey") if preshared else None,
        ),
    )


def _only(values: dict[str, list[str]], name: str, shown: str) -> str:
    found = values.get(name, [])
    if len(found) != 1:
        raise TunnelFileError(f"the file must hold `{shown}` once")
    return found[0]


def _number(values: dict[str, list[str]], name: str, default: int) -> int:
    word = values.get(name, [str(default)])[0]
    if not word.isdigit() or not 0 < int(word) <= 65_535:  # noqa: PLR2004 - 16 bits
        raise TunnelFileError(f"`{name}` is not a number from 1 to 65535")
    return int(word)


def _key(text: str, shown: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise TunnelFileError(f"`{shown}` is not a key of WireGuard")
    return raw.hex()


def _network(text: str, shown: str, *, keep_host: bool) -> str:
    try:
        if keep_host:
            return str(ipaddress.ip_interface(text))
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise TunnelFileError(f"`{shown}` holds no address: {text}") from error


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False  # a search domain, which nobody needs here
    return True
