"""
Tunnels without privileges: in a corner that a user may make for themselves.

A user namespace with a network of its own, which slirp4netns lets out as this user's
own traffic; in it the user may do all that a tunnel takes. As ever each tunnel gets a
namespace beyond that one, which holds nothing but the tunnel. Source: facts/cloak.md
section 1.5, user_namespaces(7), slirp4netns(1).
"""

import array
import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from config.errors import ApplicationError
from tasks.clients.network_namespace import (
    FOLDER,
    HostYard,
    SocketSource,
    Yard,
    end_program,
    finish,
    start_program,
)
from tasks.clients.tunnel_errors import TunnelRefusedError

_READY_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_DEVICE = "tap0"
_RESOLVER = "nameserver 10.0.2.3\n"  # slirp4netns' own
_HOLD = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/wireguard
mount --bind "$1/doors" /run/wireguard
mount --bind "$1/resolv.conf" /etc/resolv.conf || true
ip link set lo up
echo ready
exec cat
"""
_GIVE_SOCKETS = """
import array, socket, sys
asked = socket.socket(fileno=int(sys.argv[1]))
while wish := asked.recv(64):
    family, kind = map(int, wish.split())
    with socket.socket(family, kind) as made:
        handle = array.array("i", [made.fileno()])
        asked.sendmsg([b"k"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handle)])
"""


@asynccontextmanager
async def open_yard() -> AsyncGenerator[Yard | None]:
    """Make the corner for the block; yield None where that is not permitted."""
    with tempfile.TemporaryDirectory(prefix="mu-corner-") as folder:
        place = Path(folder)
        (place / "doors").mkdir()
        (place / "resolv.conf").write_text(_RESOLVER, encoding="ascii")
        programs: list[asyncio.subprocess.Process] = []
        try:
            yard = await _make(place, programs)
        except (ApplicationError, TimeoutError, OSError):
            yard = None
        try:
            yield yard
        finally:
            for program in reversed(programs):
                await end_program(program)


async def _make(
    place: Path, programs: list[asyncio.subprocess.Process]
) -> "UsersCorner":
    holder = await start_program(
        *("unshare", "--user", "--map-root-user", "--net", "--mount"),
        *("--propagation", "private", "sh", "-c", _HOLD, "sh", str(place)),
        stdin=asyncio.subprocess.PIPE,
    )
    programs.append(holder)
    assert holder.stdout is not None  # noqa: S101 - it was made with a pipe
    async with asyncio.timeout(_READY_SECONDS):
        while (said := await holder.stdout.readline()) != b"ready\n":
            if not said:
                raise TunnelRefusedError("user namespaces are not permitted here")
    inner = f"/proc/{holder.pid}/ns"
    way_out = await start_program(
        *("slirp4netns", "--configure", "--disable-host-loopback", "--mtu=1500"),
        *(f"--userns-path={inner}/user", "--netns-type=path", f"{inner}/net", _DEVICE),
    )
    programs.append(way_out)
    corner = UsersCorner(holder.pid, place / "doors")
    async with asyncio.timeout(_READY_SECONDS):
        while _DEVICE not in await corner.run("ip", "route", "show", "default"):  # noqa: ASYNC110 - it must be asked
            await asyncio.sleep(_LOOK_SECONDS)
    return corner


class UsersCorner:
    """The same as the machine itself, seen from a user's own corner of it."""

    def __init__(self, process_id: int, doors: Path) -> None:
        self.wireguard_folder = doors
        self._host = HostYard()
        self._inside = (
            *("nsenter", "--target", str(process_id), "--user", "--net", "--mount"),
            # The kernel forgets this wish when a program changes what it may do.
            *("--preserve-credentials", "setpriv", "--pdeathsig", "KILL"),
        )

    async def run(self, *command: str, stdin: str = "") -> str:
        """Run a command in the corner; raises as the machine's own does."""
        return await self._host.run(*self._inside, *command, stdin=stdin)

    async def start(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> asyncio.subprocess.Process:
        """Start a program in the corner; raises as the machine's own does."""
        return await self._host.start(*self._inside, *command, environment=environment)

    async def open_sockets(self, namespace: str) -> SocketSource:
        """Return what makes sockets in a namespace of the corner."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)  # noqa: FBT003 - its only argument
        with theirs:
            giving = finish(
                start_program(
                    *self._inside,
                    *("nsenter", f"--net={FOLDER / namespace}"),
                    *(sys.executable, "-IS", "-c", _GIVE_SOCKETS),
                    str(theirs.fileno()),
                    handles=(theirs.fileno(),),
                )
            )
            return GivenSockets(ours, await giving)


class GivenSockets:
    """Sockets that a program inside makes and hands to us (unix(7), SCM_RIGHTS)."""

    def __init__(
        self, asking: socket.socket, giver: asyncio.subprocess.Process
    ) -> None:
        self._asking, self._giver = asking, giver
        self._turn = asyncio.Lock()

    async def open_socket(
        self, family: socket.AddressFamily, kind: socket.SocketKind
    ) -> socket.socket:
        """Return a new socket that does not block."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            await loop.sock_sendall(self._asking, f"{int(family)} {int(kind)}".encode())
            handle = await self._take_handle(loop)
        made = socket.socket(fileno=handle)
        made.setblocking(False)  # noqa: FBT003 - its only argument
        return made

    async def close(self) -> None:
        """Let the namespace go."""
        self._asking.close()
        await end_program(self._giver)

    async def _take_handle(self, loop: asyncio.AbstractEventLoop) -> int:
        arrived = asyncio.Event()
        loop.add_reader(self._asking, arrived.set)
        try:
            await arrived.wait()
        finally:
            loop.remove_reader(self._asking)
        size = array.array("i").itemsize
        _, extras, _, _ = self._asking.recvmsg(1, socket.CMSG_SPACE(size))
        for _, _, data in extras:
            handle = int.from_bytes(data[:size], sys.byteorder)
            with suppress(OSError):
                os.set_inheritable(handle, False)  # noqa: FBT003 - its only argument
            return handle
        raise OSError("the tunnel's namespace is gone")
