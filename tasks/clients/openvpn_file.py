"""
A client configuration of OpenVPN, read by a list of what is allowed.

Source: openvpn(8) 2.6, "Inline file support" and the option lists. What would run a
program, load code, write a file, open another door or change the machine's network is
not on the list; what we decide ourselves (device, routes, privileges) is left out.
"""

import re
import shlex
from dataclasses import dataclass, field

from tasks.clients.tunnel_errors import TunnelFileError

LONGEST_LINE = 240
"""OpenVPN cuts lines at 256 bytes, and reads on as if a new one began."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _words(
    """
    client tls-client pull nobind float auth auth-nocache cipher data-ciphers
    ncp-ciphers data-ciphers-fallback tls-version-min tls-version-max tls-cipher
    tls-ciphersuites tls-groups tls-cert-profile tls-timeout remote-cert-tls
    remote-cert-ku remote-cert-eku ns-cert-type verify-x509-name peer-fingerprint
    key-direction ping ping-restart keepalive hand-window tran-window reneg-sec
    reneg-bytes reneg-pkts mssfix fragment tun-mtu tun-mtu-extra link-mtu mtu-disc
    sndbuf rcvbuf replay-window mute-replay-warnings comp-lzo compress
    allow-compression push-peer-info fast-io proto port rport pull-filter
    """
)
_LEFT_OUT = _words(
    """
    dev-type resolv-retry remote-random connect-timeout server-poll-timeout
    connect-retry connect-retry-max persist-tun persist-key verb mute tls-exit
    redirect-gateway block-outside-dns block-ipv6 route-method route-delay route
    route-metric route-nopull explicit-exit-notify user group nice auth-retry
    disable-dco ifconfig-nowarn tap-sleep register-dns
    """
)
_BLOCKS = _words(
    """
    ca cert key extra-certs pkcs12 tls-auth tls-crypt tls-crypt-v2 crl-verify
    peer-fingerprint
    """
)
_RUNS_PROGRAMS = _words(
    """
    up down ipchange route-up route-pre-down tls-verify auth-user-pass-verify
    client-connect client-disconnect learn-address client-crresponse plugin
    script-security tls-export-cert engine providers pkcs11-providers iproute
    up-restart down-pre up-delay config
    """
)
_BLOCK_START = re.compile(r"<([a-z0-9-]+)>")
_NAME_OF_DEVICE = re.compile(r"tun[0-9]*")
_PROTOCOLS = {"udp", "udp4", "udp6", "tcp", "tcp-client", "tcp4", "tcp6"} | {
    "tcp4-client",
    "tcp6-client",
}
_DEFAULT_PORT = "1194"


@dataclass(frozen=True)
class OpenVpnFile:
    """What a location's `.ovpn` file says, as far as we follow it."""

    directives: tuple[str, ...] = field(repr=False)
    remotes: tuple[tuple[str, ...], ...]
    """The servers: host, port and perhaps protocol; one attempt uses one of them."""

    wants_password: bool
    resolvers: tuple[str, ...]

    def text(self, attempt: int) -> str:
        """Return what OpenVPN is given to read, with one server in turn."""
        remote = self.remotes[attempt % len(self.remotes)]
        lines = (*self.directives, _write(("remote", *remote)))
        wanted = ("auth-user-pass",) if self.wants_password else ()
        return "\n".join((*lines, *wanted)) + "\n"

    def endpoint(self, attempt: int) -> str:
        """Return the server of an attempt as people write it."""
        host, port, *_ = (*self.remotes[attempt % len(self.remotes)], _DEFAULT_PORT)
        return f"{host}:{port}"


def read_openvpn_file(text: str) -> OpenVpnFile:
    """
    Return what a configuration file says.

    Raises:
        TunnelFileError: It holds a directive that is not allowed; the message says in
            which line, and what to do.
    """
    reader = _Reader()
    lines = enumerate(text.lstrip("\ufeff").splitlines(), start=1)
    for number, line in lines:
        _check_line(line, number)
        block = _BLOCK_START.fullmatch(line.strip())
        if block is None:
            reader.take_directive(_split(line, number), number)
            continue
        inner = []
        for inner_number, one in lines:
            _check_line(one, inner_number)
            if one.strip() == f"</{block[1]}>":
                break
            inner.append(one)
        else:
            raise TunnelFileError(f"<{block[1]}> has no end", line=number)
        reader.take_block(block[1], inner, number)
    return reader.finish()


class _Reader:
    """Gathers what is allowed."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._remotes: list[tuple[str, ...]] = []
        self._resolvers: list[str] = []
        self._wants_password = False

    def finish(self) -> OpenVpnFile:
        if not self._remotes:
            raise TunnelFileError("the file names no server; add a line `remote`")
        return OpenVpnFile(
            tuple(self._lines),
            tuple(self._remotes),
            self._wants_password,
            tuple(self._resolvers),
        )

    def take_block(self, name: str, lines: list[str], number: int) -> None:
        if name == "connection":
            for at, line in enumerate(lines, start=number + 1):
                self.take_directive(_split(line, at), at)
            return
        if name not in _BLOCKS:
            raise TunnelFileError(f"<{name}> is not allowed; remove it", line=number)
        if any(line.lstrip().startswith("<") for line in lines):
            raise TunnelFileError(f"<{name}> holds another block", line=number)
        self._lines += [f"<{name}>", *lines, f"</{name}>"]

    def take_directive(self, words: list[str], number: int) -> None:
        if not words:
            return
        name, values = words[0].removeprefix("--"), words[1:]
        if name in _LEFT_OUT:
            return
        match name:
            case "remote":
                self._take_remote(values, number)
            case "dev":
                _check_device(values, number)
            case "auth-user-pass":
                self._take_password(values, number)
            case "dhcp-option":
                self._resolvers += values[1:2] if values[:1] == ["DNS"] else []
            case _ if name in _KEPT:
                self._lines.append(_write((name, *values)))
            case _:
                raise _refusal(name, number)

    def _take_remote(self, values: list[str], number: int) -> None:
        port = values[1] if len(values) > 1 else _DEFAULT_PORT
        protocols = values[2:3]
        if not values or not port.isdigit() or not _PROTOCOLS.issuperset(protocols):
            raise TunnelFileError(
                "a server is written as `remote host port udp|tcp`", line=number
            )
        self._remotes.append((values[0], port, *protocols))

    def _take_password(self, values: list[str], number: int) -> None:
        if values:
            raise TunnelFileError(
                "`auth-user-pass` must name no file: write user name and password, one "
                "line each, into <location>.credentials beside this file",
                line=number,
            )
        self._wants_password = True


def _refusal(name: str, number: int) -> TunnelFileError:
    if name in _RUNS_PROGRAMS:
        return TunnelFileError(
            f"`{name}` may run programs, which a tunnel of ours never does; remove the "
            "line (its routes and resolver are set without scripts)",
            line=number,
        )
    if name in _BLOCKS:
        return TunnelFileError(
            f"`{name}` names a file; put what it holds between <{name}> and </{name}>",
            line=number,
        )
    return TunnelFileError(
        f"`{name}` is not among the directives allowed; remove the line", line=number
    )


def _check_device(values: list[str], number: int) -> None:
    if len(values) != 1 or not _NAME_OF_DEVICE.fullmatch(values[0]):
        raise TunnelFileError("only `dev tun` is supported", line=number)


def _check_line(line: str, number: int) -> None:
    if len(line.encode()) > LONGEST_LINE:
        raise TunnelFileError(
            f"a line is longer than {LONGEST_LINE} bytes; wrap it", line=number
        )
    if any(character < " " and character != "\t" for character in line):
        raise TunnelFileError("a line holds control characters", line=number)


def _split(line: str, number: int) -> list[str]:
    if line.strip()[:1] in {"", "#", ";"}:
        return []
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        raise TunnelFileError("a quotation mark has no end", line=number) from error
    ends = (at for at, word in enumerate(words) if word.startswith(";"))
    return words[: next(ends, len(words))]


def _write(words: tuple[str, ...]) -> str:
    name, *values = words
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    line = " ".join((name, *(f'"{value}"' for value in quoted)))
    if len(line.encode()) > LONGEST_LINE:
        raise TunnelFileError(f"`{name}` has more values than OpenVPN reads")
    return line
