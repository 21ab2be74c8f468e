"""
WireGuard by wireguard-go: one process, one namespace, one tunnel.

Sources: wireguard.com/xplatform (the control socket), facts/cloak.md section 1.4. The
encrypted socket stays where we are; the interface is moved into the namespace.
WireGuard is silent, so only a handshake tells that there is somebody.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tasks.clients.network_namespace import (
    SocketSource,
    Yard,
    end_program,
    move_interface,
    network_namespace,
)
from tasks.clients.tunnel_dialing import TunnelDialer
from tasks.clients.tunnel_errors import TunnelRefusedError, TunnelUnreachableError
from tasks.clients.tunnel_names import TunnelResolver
from tasks.clients.tunnel_open import OpenTunnel, TunnelTerms, TunnelTraffic
from tasks.clients.wireguard_file import WireGuardFile

_LOOK_SECONDS = 0.01
_START_SECONDS = 5.0


class _Peer(NamedTuple):
    """What the control socket tells of the other end."""

    handshake_seconds: int
    received_bytes: int
    sent_bytes: int


@asynccontextmanager
async def open_wireguard(
    file: WireGuardFile, terms: TunnelTerms
) -> AsyncGenerator[OpenTunnel]:
    """
    Make a tunnel for the block; afterwards nothing of it is left.

    Raises:
        TunnelUnreachableError: No handshake came about in time.
        TunnelRefusedError: wireguard-go does not do its part.
    """
    address = await _resolve(file)
    door = terms.yard.wireguard_folder / f"{terms.name}.sock"
    door.unlink(missing_ok=True)
    async with network_namespace(terms.yard, terms.name) as sockets:
        process = await terms.yard.start(
            "wireguard-go",
            "-f",
            terms.name,
            environment={"LOG_LEVEL": "error", "WG_PROCESS_FOREGROUND": "1"},
        )
        saying = asyncio.create_task(process.stdout.read() if process.stdout else _no())
        try:
            await _await_door(door, process, saying)
            await _ask(door, _settings(file, address))
            await _move(terms.yard, terms.name, file)
            await _await_handshake(door, file, terms)
            yield _describe(file, door, sockets, terms, process)
        finally:
            await end_program(process)
            await saying
            door.unlink(missing_ok=True)


def _describe(
    file: WireGuardFile,
    door: Path,
    sockets: SocketSource,
    terms: TunnelTerms,
    process: asyncio.subprocess.Process,
) -> OpenTunnel:
    has_ipv6 = any(":" in one for one in file.addresses)
    resolver = TunnelResolver(
        sockets, file.resolvers or terms.resolvers, has_ipv6=has_ipv6
    )

    async def measure() -> TunnelTraffic:
        peer = await _look(door)
        at = datetime.fromtimestamp(peer.handshake_seconds, UTC)
        return TunnelTraffic(peer.received_bytes, peer.sent_bytes, at)

    async def wait_dropped() -> str:
        await process.wait()
        return "wireguard-go has ended"

    return OpenTunnel(
        way_out=TunnelDialer(sockets, resolver),
        endpoint=file.endpoint,
        tunnel_address=file.addresses[0].partition("/")[0] if file.addresses else None,
        measure=measure,
        wait_dropped=wait_dropped,
    )


def _settings(file: WireGuardFile, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    peer = file.peer
    lines = [
        "set=1",
        f"private_key={file.private_key}",
        "replace_peers=true",
        f"public_key={peer.public_key}",
        *([f"preshared_key={peer.preshared_key}"] if peer.preshared_key else ()),
        f"endpoint={host}:{peer.port}",
        f"persistent_keepalive_interval={peer.keepalive_seconds}",
        "replace_allowed_ips=true",
        *(f"allowed_ip={network}" for network in peer.allowed),
    ]
    return "\n".join(lines) + "\n\n"


async def _move(yard: Yard, name: str, file: WireGuardFile) -> None:
    lines = [f"link set {name} mtu {file.mtu} up"]
    for address in file.addresses:
        wanted = " nodad" if ":" in address else ""
        lines.append(f"address add {address} dev {name}{wanted}")
    has_ipv6 = any(":" in one for one in file.addresses)
    for network in file.peer.allowed:
        if ":" not in network or has_ipv6:
            family = "-6 " if ":" in network else ""
            lines.append(f"{family}route replace {network} dev {name}")
    await move_interface(yard, name, name, tuple(lines))


async def _await_door(
    door: Path, process: asyncio.subprocess.Process, saying: "asyncio.Task[bytes]"
) -> None:
    """Wait until the control socket accepts; the file alone may be a stale one."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if process.returncode is not None:
                    said = (await saying).decode(errors="replace").strip()
                    last = (said.splitlines() or ["it says nothing"])[-1]
                    raise TunnelRefusedError(f"wireguard-go does not start: {last}")
                try:
                    await _look(door)
                except OSError:
                    await asyncio.sleep(_LOOK_SECONDS)
                else:
                    return
    except TimeoutError as error:
        raise TunnelRefusedError("wireguard-go opens no control socket") from error


async def _await_handshake(door: Path, file: WireGuardFile, terms: TunnelTerms) -> None:
    try:
        async with asyncio.timeout(terms.handshake_seconds):
            while not (await _look(door)).handshake_seconds:  # noqa: ASYNC110 - it must be asked
                await asyncio.sleep(_LOOK_SECONDS)
    except (TimeoutError, OSError) as error:
        raise TunnelUnreachableError(
            f"no handshake with the VPN server {file.endpoint}: it does not answer, or "
            "a key is wrong (WireGuard tells neither); check address and keys"
        ) from error


async def _look(door: Path) -> _Peer:
    found: dict[str, str] = {}
    for line in (await _ask(door, "get=1\n\n")).splitlines():
        name, _, value = line.partition("=")
        found[name] = value
    return _Peer(
        int(found.get("last_handshake_time_sec", "0")),
        int(found.get("rx_bytes", "0")),
        int(found.get("tx_bytes", "0")),
    )


async def _ask(door: Path, question: str) -> str:
    reader, writer = await asyncio.open_unix_connection(door)
    try:
        writer.write(question.encode())
        answer = (await reader.readuntil(b"\n\n")).decode()
    except EOFError as error:
        raise OSError("the control socket was closed") from error
    finally:
        writer.close()
    if "errno=0" not in answer.splitlines():
        raise TunnelRefusedError("wireguard-go does not accept the configuration")
    return answer


async def _resolve(file: WireGuardFile) -> str:
    """Return the server's address, by this machine's own resolver."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            file.peer.host, file.peer.port, type=socket.SOCK_DGRAM
        )
    except OSError as error:
        raise TunnelUnreachableError(
            f"the name of the VPN server {file.peer.host} has no address"
        ) from error
    return str(found[0][4][0])


async def _no() -> bytes:
    return b""
