"""Keep the tunnels of this machine as people wish them: the tunnel keeper's work."""

import asyncio
import logging
import platform
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import psycopg

from config.clock import now
from config.connections import engine
from config.errors import ApplicationError
from config.settings import settings
from config.vocabulary import TunnelState
from tasks.clients.network_namespace import Yard, list_names, remove_namespace
from tasks.database import transaction
from tasks.vpn.keep_tunnel import KeptTunnel, note_wish
from tasks.vpn.repository import (
    NOTHING_SEEN,
    TunnelWish,
    greet_keeper,
    list_wishes,
    listen_statement,
    miss_keeper,
    take_over_tunnels,
)
from tasks.vpn.schemas import Abilities

log = logging.getLogger(__name__)

_GREET_SECONDS = 3.0
_LOOK_SECONDS = 1.0
"""A wish whose notice was lost is seen so late."""

_AT_REST = {TunnelState.DISCONNECTED, TunnelState.FAILED}


def keeper_name() -> str:
    """Return the name of the tunnel keeper that makes our tunnels."""
    return settings().vpn.keeper_name or platform.node()


def own_prefix(home: Path) -> str:
    """Return how the namespaces of this home's tunnel keeper begin."""
    return f"mu-{sha256(str(home.resolve()).encode()).hexdigest()[:6]}"


class Keeper:
    """
    Follows the wishes of one machine until it is told to stop.

    Args:
        yard: Where tunnels are made.
        abilities: What can be made there; told to whoever asks.
    """

    def __init__(self, yard: Yard, abilities: Abilities) -> None:
        self._yard, self._abilities = yard, abilities
        self._worker, self._prefix = keeper_name(), own_prefix(settings().home)
        self._kept: dict[str, tuple[int, asyncio.Task[None]]] = {}
        self._woken = asyncio.Event()
        self._greet_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Follow wishes; at the end every tunnel is taken down, the wishes stay."""
        await self._sweep()
        await self._take_over(stop)
        listening = asyncio.create_task(self._listen())
        stopping = asyncio.create_task(self._pass_on(stop))
        try:
            while not stop.is_set():
                self._woken.clear()
                with suppress(ApplicationError):  # the database is away: look again
                    await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)
        finally:
            for task in (listening, stopping):
                task.cancel()
            tasks = [task for _, task in self._kept.values()]
            await asyncio.gather(*(end_task(task) for task in tasks))
            with suppress(ApplicationError):
                await asyncio.to_thread(self._leave)

    async def _look(self) -> None:
        is_due = asyncio.get_running_loop().time() >= self._greet_at
        wishes = await asyncio.to_thread(self._read_wishes, greets=is_due)
        if is_due:
            self._greet_at = asyncio.get_running_loop().time() + _GREET_SECONDS
        for wish in wishes:
            number, previous = self._kept.get(wish.location, (None, None))
            if number == wish.wish or (wish.wished is None and wish.state in _AT_REST):
                continue
            serving = asyncio.create_task(self._serve(wish, previous))
            self._kept[wish.location] = (wish.wish, serving)

    async def _serve(
        self, wish: TunnelWish, previous: "asyncio.Task[None] | None"
    ) -> None:
        if previous is not None:
            await end_task(previous)
        if wish.wished is None:
            gone = {"state": TunnelState.DISCONNECTED, "error_code": None}
            await note_wish(wish, {**NOTHING_SEEN, **gone, "error_message": None})
            return
        kept = KeptTunnel(wish, wish.wished, yard=self._yard, prefix=self._prefix)
        await kept.keep()

    def _read_wishes(self, *, greets: bool) -> list[TunnelWish]:
        with transaction() as session:
            if greets:
                greet_keeper(
                    session, self._worker, abilities=self._abilities, now=now()
                )
            return list_wishes(session, worker=self._worker)

    async def _take_over(self, stop: asyncio.Event) -> None:
        def take_over() -> None:
            with transaction() as session:
                take_over_tunnels(session, self._worker, now=now())

        while not stop.is_set():
            try:
                await asyncio.to_thread(take_over)
            except ApplicationError as away:
                log.warning("the tunnel keeper waits: %s", away.message)
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                return

    def _leave(self) -> None:
        with transaction() as session:
            miss_keeper(session, self._worker)

    async def _listen(self) -> None:
        url = engine().url.set(drivername="postgresql")
        dsn = url.render_as_string(hide_password=False)
        while True:
            with suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(
                    dsn, autocommit=True, application_name="muster-tunnel-keeper"
                ) as connection:
                    await connection.execute(listen_statement())
                    self._woken.set()  # what was wished before we listened
                    async for _ in connection.notifies():
                        self._woken.set()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _pass_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _sweep(self) -> None:
        """Remove what an earlier keeper of this home left, which was killed."""
        for name in list_names(self._prefix):
            log.warning("the namespace %s was left behind; it is removed", name)
            with suppress(ApplicationError):
                await remove_namespace(self._yard, name)
        for door in self._yard.wireguard_folder.glob(f"{self._prefix}*.sock"):
            door.unlink(missing_ok=True)


async def end_task(task: "asyncio.Task[None]") -> None:
    """Cancel a task and be there when it has ended, even if cancelled meanwhile."""
    task.cancel()
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
    own = asyncio.current_task()
    if own is not None and own.cancelling():
        raise asyncio.CancelledError
