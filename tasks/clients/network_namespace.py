"""
Network namespaces for tunnels: make and remove them, run commands, open sockets.

A socket belongs for ever to the namespace it was made in, so a thread that lives in a
namespace makes sockets that the rest of the process uses (setns(2)).
"""

import asyncio
import ctypes
import os
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncGenerator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tasks.clients.tunnel_errors import TunnelRefusedError, TunnelUnavailableError

Result = TypeVar("Result")

FOLDER = Path("/run/netns")
"""Where ip-netns(8) keeps the names."""

WIREGUARD_FOLDER = Path("/var/run/wireguard")
"""Where wireguard-go puts its control sockets; all namespaces share it."""

SECONDS_TO_END = 2.0
_CLONE_NEWNET = 0x40000000  # linux/sched.h
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_SYSTEM_PATHS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
_libc: Any = ctypes.CDLL(None, use_errno=True)


class SocketSource(Protocol):
    """Makes sockets inside one namespace."""

    async def open_socket(
        self, family: socket.AddressFamily, kind: socket.SocketKind
    ) -> socket.socket:
        """Return a new socket that does not block."""

    async def close(self) -> None:
        """Let the namespace go."""


class Yard(Protocol):
    """Where tunnels are made: the machine itself, or a corner that any user has."""

    wireguard_folder: Path

    async def run(self, *command: str, stdin: str = "") -> str:
        """Run a command to its end and return what it says."""

    async def start(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> asyncio.subprocess.Process:
        """Start a program that dies with us; its output is one pipe."""

    async def open_sockets(self, namespace: str) -> SocketSource:
        """Return what makes sockets in a namespace."""


class HostYard:
    """The machine itself: it takes CAP_NET_ADMIN and CAP_SYS_ADMIN."""

    wireguard_folder = WIREGUARD_FOLDER

    async def run(self, *command: str, stdin: str = "") -> str:
        """
        Run a command to its end and return what it says.

        Raises:
            TunnelRefusedError: It failed; the message holds its last line.
            TunnelUnavailableError: There is no such command.
        """
        return await finish(_run_to_end(command, stdin))

    async def start(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> asyncio.subprocess.Process:
        """
        Start a program that dies with us; its input and output are pipes.

        Raises:
            TunnelUnavailableError: There is no such program.
        """
        starting = asyncio.create_task(
            start_program(
                *command, stdin=asyncio.subprocess.PIPE, environment=environment
            )
        )
        try:
            return await finish(starting)
        except asyncio.CancelledError:
            if not starting.cancelled() and starting.exception() is None:
                await end_program(starting.result())
            raise

    async def open_sockets(self, namespace: str) -> SocketSource:
        """Return what makes sockets in a namespace."""
        source = NamespaceSockets()
        await source.enter(FOLDER / namespace)
        return source


class NamespaceSockets:
    """A thread that lives in a namespace and makes sockets there."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="namespace")

    async def enter(self, place: Path) -> None:
        """
        Move the thread into a namespace.

        Raises:
            TunnelUnavailableError: We may not.
        """
        try:
            await self._do(enter_namespace, place)
        except OSError as error:
            await self.close()
            raise TunnelUnavailableError(
                f"the namespace {place.name} cannot be entered: {error.strerror}; "
                "this takes CAP_SYS_ADMIN"
            ) from error

    async def open_socket(
        self, family: socket.AddressFamily, kind: socket.SocketKind
    ) -> socket.socket:
        """Return a new socket that does not block."""
        made: socket.socket = await self._do(socket.socket, family, kind)
        made.setblocking(False)  # noqa: FBT003 - its only argument
        return made

    async def close(self) -> None:
        """End the thread, which keeps the namespace alive."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _do(self, work: Any, *values: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, *values)


def new_name(prefix: str) -> str:
    """Return a name for a namespace and its interface, at most 15 characters long."""
    return f"{prefix}{secrets.token_hex(3)}"


def list_names(prefix: str) -> list[str]:
    """Return the namespaces whose names begin so."""
    if not FOLDER.is_dir():
        return []
    return sorted(one.name for one in FOLDER.iterdir() if one.name.startswith(prefix))


@asynccontextmanager
async def network_namespace(yard: Yard, name: str) -> AsyncGenerator[SocketSource]:
    """Make a namespace for the block, with nothing in it; yield what makes sockets."""
    try:
        await yard.run("ip", "netns", "add", name)
        sockets = await yard.open_sockets(name)
        try:
            yield sockets
        finally:
            await sockets.close()
    finally:
        await remove_namespace(yard, name)


async def remove_namespace(yard: Yard, name: str) -> None:
    """Take a namespace away with all that is in it; one that is gone is a success."""
    with suppress(TunnelRefusedError):
        await yard.run("ip", "netns", "delete", name)


async def move_interface(
    yard: Yard, namespace: str, interface: str, settings: tuple[str, ...]
) -> None:
    """Move an interface into a namespace and do to it what ip-batch lines say."""
    await yard.run("ip", "link", "set", interface, "netns", namespace)
    await yard.run(
        "ip", "-netns", namespace, "-batch", "-", stdin="\n".join(settings) + "\n"
    )


async def finish(work: Coroutine[Any, Any, Result] | asyncio.Task[Result]) -> Result:
    """
    Do something to its end even if cancelled meanwhile, and only then be cancelled.

    What was half done by a cancelled command would be left behind by everybody.
    """
    task = work if isinstance(work, asyncio.Task) else asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        raise


async def end_program(process: asyncio.subprocess.Process) -> None:
    """Have a program end, by force if it does not soon; one that has ended is fine."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), SECONDS_TO_END)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def start_program(
    *command: str,
    stdin: int = asyncio.subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    handles: tuple[int, ...] = (),
) -> asyncio.subprocess.Process:
    """
    Start a program that the kernel ends with us; output and errors are one pipe.

    Raises:
        TunnelUnavailableError: There is no such program.
    """
    program = find_program(command[0])
    if program is None:
        raise TunnelUnavailableError(
            f"the program `{command[0]}` is not installed; install its package"
        )
    return await asyncio.create_subprocess_exec(
        program,
        *command[1:],
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": _SYSTEM_PATHS, **(environment or {})},
        start_new_session=True,
        pass_fds=handles,
        preexec_fn=partial(_die_with, os.getpid()),
    )


async def _run_to_end(command: tuple[str, ...], stdin: str) -> str:
    process = await start_program(*command, stdin=asyncio.subprocess.PIPE)
    said, _ = await process.communicate(stdin.encode())
    text = said.decode(errors="replace")
    if process.returncode:
        last = (text.strip().splitlines() or ["it says nothing"])[-1]
        raise TunnelRefusedError(f"`{' '.join(command)}` failed: {last}")
    return text


def find_program(name: str) -> str | None:
    """Return where a program is; root's folders are looked at too."""
    return shutil.which(name, path=_SYSTEM_PATHS)


def enter_namespace(place: Path) -> None:
    """Move this very thread into a namespace; raises OSError if it may not."""
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(handle, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def _die_with(parent: int) -> None:
    # It means the thread that starts it: our event loop's, which lives as long as we.
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
