"""
OpenVPN by the system's own client: one process, one namespace, one tunnel.

The encrypted socket stays where we are; the interface is moved into the namespace as
soon as OpenVPN has made it. Routes and resolver are ours to set: it runs no script.
"""

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, NamedTuple

from config.errors import ApplicationError
from tasks.clients.network_namespace import (
    SocketSource,
    end_program,
    move_interface,
    network_namespace,
)
from tasks.clients.openvpn_file import OpenVpnFile
from tasks.clients.openvpn_management import Management, Notice, management_door
from tasks.clients.tunnel_dialing import TunnelDialer
from tasks.clients.tunnel_errors import (
    TunnelCredentialsError,
    TunnelRefusedError,
    TunnelUnreachableError,
)
from tasks.clients.tunnel_names import TunnelResolver
from tasks.clients.tunnel_open import OpenTunnel, TunnelTerms, TunnelTraffic

_LINES_KEPT = 20
_BYTES_EVERY_SECONDS = 2
_DEFAULT_MTU = "1500"


class TunnelCredentials(NamedTuple):
    """What the VPN server asks for."""

    username: str
    password: str


@asynccontextmanager
async def open_openvpn(
    file: OpenVpnFile, credentials: TunnelCredentials | None, terms: TunnelTerms
) -> AsyncGenerator[OpenTunnel]:
    """
    Make a tunnel for the block; afterwards nothing of it is left.

    Raises:
        TunnelCredentialsError: The server does not let us in, or they are missing.
        TunnelUnreachableError: The server does not answer in time.
        TunnelRefusedError: OpenVPN says why it cannot work.
    """
    if file.wants_password and credentials is None:
        raise TunnelCredentialsError(
            "the VPN server asks for user name and password; write them, one line "
            "each, into <location>.credentials beside the configuration file"
        )
    with tempfile.TemporaryDirectory(prefix="mu-") as folder:
        door = Path(folder) / "management"
        async with (
            management_door(door) as arriving,
            network_namespace(terms.yard, terms.name) as sockets,
        ):
            process = await terms.yard.start(*_command(door, terms))
            client = _Client(file, credentials, terms, process)
            try:
                yield await client.connect(arriving, sockets)
            finally:
                await client.close()


class _Client:
    """One OpenVPN from its start to its end."""

    def __init__(
        self,
        file: OpenVpnFile,
        credentials: TunnelCredentials | None,
        terms: TunnelTerms,
        process: asyncio.subprocess.Process,
    ) -> None:
        self._file, self._credentials, self._terms = file, credentials, terms
        self._process = process
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)
        self._listening = asyncio.create_task(self._listen())
        self._notices: AsyncGenerator[Notice] | None = None
        self._management: Management | None = None
        self._server = file.endpoint(terms.attempt)

    async def close(self) -> None:
        if self._management is not None:
            self._management.tell("signal SIGTERM")
            self._management.close()
        await end_program(self._process)
        await self._listening
        if self._notices is not None:
            await self._notices.aclose()

    async def connect(
        self, arriving: "asyncio.Future[Management]", sockets: SocketSource
    ) -> OpenTunnel:
        try:
            async with asyncio.timeout(self._terms.handshake_seconds):
                self._management = await self._await_client(arriving)
                variables, state = await self._follow(self._management)
        except TimeoutError as error:
            raise self._unreachable() from error
        resolvers = resolvers_in(variables) or self._file.resolvers
        has_ipv6 = "ifconfig_ipv6_local" in variables
        resolver = TunnelResolver(
            sockets, resolvers or self._terms.resolvers, has_ipv6=has_ipv6
        )
        return OpenTunnel(
            way_out=TunnelDialer(sockets, resolver),
            endpoint=f"{state[4]}:{state[5]}" if state[4] else self._server,
            tunnel_address=variables.get("ifconfig_local"),
            measure=self._measure,
            wait_dropped=self._wait_dropped,
        )

    async def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was made with a pipe
        async for line in self._process.stdout:
            self._said.append(line.decode(errors="replace").strip())

    async def _await_client(self, arriving: "asyncio.Future[Management]") -> Management:
        assert self._process.stdin is not None  # noqa: S101 - it was made with a pipe
        self._process.stdin.write(self._file.text(self._terms.attempt).encode())
        self._process.stdin.close()
        ended = asyncio.create_task(self._process.wait())
        waited: set[asyncio.Future[Any]] = {arriving, ended}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not arriving.done():
            await self._listening
            raise TunnelRefusedError(f"OpenVPN does not start: {self._last_words()}")
        return arriving.result()

    async def _follow(self, management: Management) -> tuple[dict[str, str], list[str]]:
        """Answer what OpenVPN asks until it is connected."""
        variables: dict[str, str] = {}
        self._notices = management.notices()
        management.tell("state on", f"bytecount {_BYTES_EVERY_SECONDS}", "hold release")
        async for notice in self._notices:
            if notice.kind == "UPDOWN" and notice.text == "UP":
                variables = await management.environment(self._notices)
                await self._set_up_interface(variables)
            elif notice.kind == "STATE" and notice.words[1] == "CONNECTED":
                return variables, notice.words
            elif notice.kind == "PASSWORD":
                self._answer(management, notice.text)
            elif (problem := self._problem(notice)) is not None:
                raise problem
        raise TunnelRefusedError(f"OpenVPN has ended: {self._last_words()}")

    def _answer(self, management: Management, question: str) -> None:
        if question.startswith("Verification Failed") or self._credentials is None:
            raise TunnelCredentialsError(
                "the VPN server does not accept user name and password; correct them "
                "in <location>.credentials"
            )
        kind = question.split("'")[1] if "'" in question else "Auth"
        management.tell_credentials(kind, *self._credentials)

    def _problem(self, notice: Notice) -> ApplicationError | None:
        if notice.kind == "FATAL":
            return TunnelRefusedError(f"OpenVPN cannot go on: {notice.text}")
        if notice.kind != "STATE":
            return None
        _, state, reason, *_ = notice.words
        if state == "RECONNECTING":
            return self._unreachable()
        if state != "EXITING":
            return None
        if reason == "tls-error":
            return TunnelCredentialsError(
                f"no trust between us and the VPN server {self._server}: a "
                "certificate, key or fingerprint is wrong; get its file anew"
            )
        return TunnelRefusedError(f"OpenVPN has ended: {reason or self._last_words()}")

    async def _set_up_interface(self, variables: Mapping[str, str]) -> None:
        name = self._terms.name
        await move_interface(
            self._terms.yard, name, name, interface_lines(name, variables)
        )

    async def _measure(self) -> TunnelTraffic:
        if self._management is None:
            return TunnelTraffic(0, 0, None)
        counted = self._management
        return TunnelTraffic(counted.received_bytes, counted.sent_bytes, None)

    async def _wait_dropped(self) -> str:
        if self._notices is not None:
            async for notice in self._notices:
                problem = self._problem(notice)
                if problem is not None:
                    return "the VPN server is silent, or has ended the tunnel"
        return f"OpenVPN has ended: {self._last_words()}"

    def _last_words(self) -> str:
        return self._said[-1] if self._said else "it says nothing"

    def _unreachable(self) -> TunnelUnreachableError:
        return TunnelUnreachableError(
            f"the VPN server {self._server} does not answer; check its address, or "
            "whether it runs"
        )


def interface_lines(name: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return the ip-batch lines that make a namespace leave by OpenVPN's interface.

    Args:
        name: The interface.
        variables: What OpenVPN would have told a script, see openvpn(8).
    """
    local = variables.get("ifconfig_local", "")
    lines = [f"link set {name} mtu {_number(variables.get('tun_mtu'))} up"]
    if "ifconfig_netmask" in variables:
        address = ip_interface(f"{local}/{variables['ifconfig_netmask']}")
        lines.append(f"address add {address} dev {name}")
    elif "ifconfig_remote" in variables:
        peer = ip_interface(variables["ifconfig_remote"]).ip
        lines.append(f"address add {ip_interface(local).ip} peer {peer} dev {name}")
    lines.append(f"route add default dev {name}")
    if local6 := variables.get("ifconfig_ipv6_local"):
        bits = _number(variables.get("ifconfig_ipv6_netbits", "64"))
        lines += [
            f"address add {ip_interface(local6).ip}/{bits} dev {name} nodad",
            f"-6 route add default dev {name}",
        ]
    return tuple(lines)


def resolvers_in(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the resolvers the server has pushed."""
    options = (
        value.split()
        for name, value in sorted(variables.items())
        if name.startswith("foreign_option_")
    )
    return tuple(
        words[2]
        for words in options
        if len(words) == 3 and words[:2] == ["dhcp-option", "DNS"]  # noqa: PLR2004 - two words and the address
    )


def _number(word: str | None) -> str:
    return word if word is not None and word.isdigit() else _DEFAULT_MTU


def _command(door: Path, terms: TunnelTerms) -> list[str]:
    return [
        "openvpn",
        *("--config", "stdin"),
        *("--dev", terms.name, "--dev-type", "tun", "--nobind", "--disable-dco"),
        *("--ifconfig-noexec", "--route-noexec", "--script-security", "0"),
        *("--management", str(door), "unix", "--management-client"),
        *("--management-hold", "--management-query-passwords"),
        *("--management-up-down", "--auth-nocache", "--auth-retry", "none"),
        *("--server-poll-timeout", str(max(1, int(terms.handshake_seconds)))),
        *("--tls-exit", "--verb", "1", "--suppress-timestamps"),
    ]
