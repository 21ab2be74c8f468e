"""
A home, an internet and a VPN provider, each in a network namespace of its own.

    home 192.0.2.10 --- internet (echo 198.51.100.80, resolver 198.51.100.53)
                           |
                        provider 203.0.113.5: OpenVPN 10.8.0.1, WireGuard 10.9.0.1

The addresses are those that RFC 5737 keeps free. Nothing of this machine's own network
is touched.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic

from deployments.standins.vpn.internet import Internet
from deployments.standins.vpn.keys import (
    KeyPair,
    client_text,
    make_identity,
    make_key_pair,
    server_text,
)
from tasks.clients.network_namespace import WIREGUARD_FOLDER

HOME, EXIT = "192.0.2.10", "203.0.113.5"
ECHO, RESOLVER = "198.51.100.80", "198.51.100.53"
ECHO_PORT = 8080
ECHO_URL = f"http://{ECHO}:{ECHO_PORT}/"
NAMED_ECHO_URL = f"http://echo.test:{ECHO_PORT}/"
USERNAME, PASSWORD = "muster", 'right "horse" \\ battery'
_OPENVPN_PORT, _WIREGUARD_PORT = 1194, 51_820
_PATIENCE_SECONDS = 10.0
_ACCEPT_ONE = """#!/bin/sh
{ read -r user; read -r word; } < "$2" || exit 1
[ -z "$user" ] && exit 0
[ "$user" = "$(cat "$1/user")" ] && [ "$word" = "$(cat "$1/word")" ]
"""


class VpnLaboratory:
    """The namespaces, what runs in them, and the files a client is given."""

    def __init__(self, folder: Path, internet: Internet, mark: str) -> None:
        self.internet = internet
        # Whose they are, so that others may remove them if we are killed.
        name = f"mu-lab-{os.getpid()}-{mark}"
        self.home = f"{name}h"
        self._net, self._provider = f"{name}n", f"{name}p"
        self._folder, self._mark = folder, mark
        self._server, self._client = make_identity("server"), make_identity("client")
        self._keys, self._client_keys = make_key_pair(), make_key_pair()
        self._led_out: set[int] = set()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def build(self) -> None:
        """Make namespaces and servers."""
        for name in (self.home, self._net, self._provider):
            call("ip", "netns", "add", name)
            call("ip", "-n", name, "link", "set", "lo", "up")
        self._join(self.home, f"{HOME}/24", "192.0.2.1/24", "h")
        self._join(self._provider, f"{EXIT}/24", "203.0.113.1/24", "p")
        for address in (ECHO, RESOLVER):
            call("ip", "-n", self._net, "addr", "add", f"{address}/32", "dev", "lo")
        for name in (self._net, self._provider):
            _in(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        _in(
            self._provider,
            "nft",
            "table ip nat {\n chain out {\n type nat hook postrouting priority 100\n"
            f' oifname "mp{self._mark}a" masquerade\n }}\n}}\n',
        )
        _in(
            self._net,
            "nft",
            "table ip seen {\n counter home {\n }\n chain in {\n"
            " type filter hook input priority 0\n"
            f" ip saddr {HOME} ip daddr {ECHO} counter name home\n }}\n}}\n",
        )
        self.internet.serve_echo(self._net, ECHO, ECHO_PORT)
        self.internet.serve_names(self._net, RESOLVER, {"echo.test": ECHO})
        self.start_openvpn()
        self.start_wireguard()

    def remove(self) -> None:
        """Take everything away again."""
        for name in tuple(self._running):
            self.stop(name)
        for name in (self.home, self._net, self._provider):
            with suppress(subprocess.CalledProcessError):
                call("ip", "netns", "delete", name)

    def lead_out(self, port: int) -> None:
        """Have 127.0.0.1:port at home be that of this machine; safe to repeat."""
        if port not in self._led_out:
            self.internet.lead_out(self.home, port)
            self._led_out.add(port)

    def start_openvpn(self) -> None:
        """Start the provider's OpenVPN; it is there when this returns."""
        (self._folder / "user").write_text(USERNAME)
        (self._folder / "word").write_text(PASSWORD)
        script = self._folder / "verify"
        script.write_text(_ACCEPT_ONE)
        script.chmod(0o700)
        more = [
            f"dev mo{self._mark}",
            "server 10.8.0.0 255.255.255.0",
            f"port {_OPENVPN_PORT}",
            f'push "dhcp-option DNS {RESOLVER}"',
            "script-security 2",
            f'auth-user-pass-verify "{script} {self._folder}" via-file',
            "auth-user-pass-optional",
        ]
        file = self._folder / "server.ovpn"
        file.write_text(server_text(self._server, self._client.fingerprint, more=more))
        self._start("openvpn", "openvpn", "--config", str(file))
        self._await("10.8.0.1")

    def start_wireguard(self) -> None:
        """Start the provider's WireGuard; it is there when this returns."""
        name = f"mw{self._mark}"
        door = WIREGUARD_FOLDER / f"{name}.sock"
        door.unlink(missing_ok=True)
        self._start("wireguard", "wireguard-go", "-f", name)
        wanted = (
            f"set=1\nprivate_key={self._keys.private_hex}\n"
            f"listen_port={_WIREGUARD_PORT}\nreplace_peers=true\n"
            f"public_key={self._client_keys.public_hex}\nallowed_ip=10.9.0.2/32\n\n"
        )
        _wait(lambda: _ask(door, wanted))
        call("ip", "-n", self._provider, "addr", "add", "10.9.0.1/24", "dev", name)
        call("ip", "-n", self._provider, "link", "set", name, "up")

    def stop(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Stop a server of the provider, by default without a word to its clients."""
        process = self._running.pop(name, None)
        if process is not None:
            process.send_signal(how)
            process.wait()
        if name == "wireguard":
            (WIREGUARD_FOLDER / f"mw{self._mark}.sock").unlink(missing_ok=True)

    def openvpn_file(self, *more: str, server: str | None = None) -> str:
        """Return the `.ovpn` file of a client."""
        return client_text(
            self._client,
            self._server.fingerprint,
            server=server or f"{EXIT} {_OPENVPN_PORT}",
            more=list(more),
        )

    def wireguard_file(
        self, *, server: str | None = None, keys: KeyPair | None = None
    ) -> str:
        """Return the `.conf` file of a client."""
        return (
            f"[Interface]\nPrivateKey = {(keys or self._client_keys).private}\n"
            f"Address = 10.9.0.2/32\nDNS = {RESOLVER}\n\n"
            f"[Peer]\nPublicKey = {self._keys.public}\nAllowedIPs = 0.0.0.0/0, ::/0\n"
            f"Endpoint = {server or f'{EXIT}:{_WIREGUARD_PORT}'}\n"
        )

    def count_from_home(self) -> int:
        """Return how many packets the echo has got straight from home."""
        said = _in(self._net, "nft", "-j", "list", "counter", "ip", "seen", "home")
        found = [
            one["counter"] for one in json.loads(said)["nftables"] if "counter" in one
        ]
        return int(found[0]["packets"])

    def _join(self, name: str, address: str, far: str, letter: str) -> None:
        near, other = f"m{letter}{self._mark}a", f"m{letter}{self._mark}b"
        call(
            *("ip", "-n", name, "link", "add", near, "type", "veth"),
            *("peer", "name", other, "netns", self._net),
        )
        for place, link, one in ((name, near, address), (self._net, other, far)):
            call("ip", "-n", place, "addr", "add", one, "dev", link)
            call("ip", "-n", place, "link", "set", link, "up")
        gateway = far.partition("/")[0]
        call("ip", "-n", name, "route", "add", "default", "via", gateway)

    def _start(self, name: str, *command: str) -> None:
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            self._running[name] = subprocess.Popen(  # noqa: S603 - commands are ours
                [
                    *("ip", "netns", "exec", self._provider),
                    *("setpriv", "--pdeathsig", "KILL", *command),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _await(self, address: str) -> None:
        _wait(lambda: address in call("ip", "-n", self._provider, "addr"))


@contextmanager
def vpn_laboratory() -> Iterator[VpnLaboratory]:
    """Build a laboratory for the block; afterwards nothing of it is left."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="mu-lab-"))
        )
        internet = stack.enter_context(Internet())
        laboratory = VpnLaboratory(folder, internet, secrets.token_hex(3))
        stack.callback(laboratory.remove)
        laboratory.build()
        yield laboratory


def call(*command: str) -> str:
    """Run a command and return what it says; raise if it fails."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - commands are ours


def _in(name: str, *command: str) -> str:
    return call("ip", "netns", "exec", name, *command)


def _ask(door: Path, question: str) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(door))
        except OSError:
            return False
        asking.sendall(question.encode())
        return b"errno=0" in asking.recv(4_096)


def _wait(is_so: object) -> None:
    deadline = monotonic() + _PATIENCE_SECONDS
    while not is_so():  # type: ignore[operator]
        if monotonic() > deadline:
            raise TimeoutError("the laboratory does not come up")
        Event().wait(0.01)
