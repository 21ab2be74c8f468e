"""Keep one wished tunnel up: make it, have its exit seen, watch it, make it anew."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from config.clock import now
from config.errors import ApplicationError
from config.settings import settings
from config.vocabulary import TunnelProtocol, TunnelState
from tasks.clients.gluetun import open_gluetun
from tasks.clients.gluetun_file import GluetunFile
from tasks.clients.network_namespace import Yard, new_name
from tasks.clients.openvpn import TunnelCredentials, open_openvpn
from tasks.clients.openvpn_file import OpenVpnFile
from tasks.clients.proxy_forwarder import ProxyForwarder
from tasks.clients.tunnel_errors import TunnelCredentialsError, TunnelDroppedError
from tasks.clients.tunnel_open import OpenTunnel, TunnelTerms
from tasks.clients.wireguard import open_wireguard
from tasks.database import DatabaseUnreachableError, transaction
from tasks.vpn.locations import read_credentials, read_location
from tasks.vpn.pauses import pause_before
from tasks.vpn.repository import (
    NOTHING_SEEN,
    TunnelWish,
    note_traffic,
    note_tunnel,
)
from tasks.vpn.verify import SeenExit, look_at_exit

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
"""How often what a tunnel has carried is noted."""

_SOON_SECONDS = 2.0
"""After a check that failed, the next one comes so soon."""

_DEFECT = "something went wrong on our side; see the log of the tunnel keeper"


class KeptTunnel:
    """The tunnel of one wish, and the proxy that leads into it."""

    def __init__(
        self, wish: TunnelWish, protocol: TunnelProtocol, *, yard: Yard, prefix: str
    ) -> None:
        self._wish, self._protocol = wish, protocol
        self._yard, self._prefix = yard, prefix
        # Whoever has the proxy's address keeps it through every break.
        self._forwarder = ProxyForwarder(None, allow_local=True)
        self._attempt = self._in_row = 0
        self._was_connected = wish.state is not TunnelState.CONNECTING

    async def keep(self) -> None:
        """Keep it until cancelled, or until it has failed for good."""
        try:
            port = await self._open_forwarder()
            await self._note({"proxy_port": port})
            await self._make_and_remake()
        except Exception:
            log.exception("the tunnel of %s", self._wish.location)
            await self._note_failure(TunnelState.FAILED, "internal_error", _DEFECT)
        finally:
            await self._forwarder.close()

    async def _make_and_remake(self) -> None:
        section = settings().vpn
        clock = asyncio.get_running_loop().time
        deadline = clock() + section.connect_timeout.total_seconds()
        while True:
            try:
                await self._hold()
            except ApplicationError as problem:
                self._attempt, self._in_row = self._attempt + 1, self._in_row + 1
                pause = pause_before(
                    self._in_row,
                    first=section.first_pause,
                    longest=section.longest_pause,
                ).total_seconds()
                would_end = clock() + pause + section.handshake_timeout.total_seconds()
                is_late = not self._was_connected and would_end >= deadline
                if is_late or not problem.retryable:
                    await self._note_failure(
                        TunnelState.FAILED, problem.code, problem.message
                    )
                    return
                state = (
                    TunnelState.RECONNECTING
                    if self._was_connected
                    else TunnelState.CONNECTING
                )
                await self._note_failure(state, problem.code, problem.message)
                await asyncio.sleep(pause)

    async def _hold(self) -> None:
        """Make the tunnel and stay until it drops; nothing of it is left then."""
        section = settings().vpn
        terms = TunnelTerms(
            yard=self._yard,
            name=new_name(self._prefix),
            attempt=self._attempt,
            handshake_seconds=section.handshake_timeout.total_seconds(),
            resolvers=section.resolvers,
        )
        async with await asyncio.to_thread(self._prepare, terms) as tunnel:
            await self._note(
                {
                    "state": TunnelState.VERIFYING,
                    "endpoint": tunnel.endpoint,
                    "tunnel_address": tunnel.tunnel_address,
                }
            )
            seen = await self._look(tunnel)
            self._forwarder.change_way_out(tunnel.way_out)
            try:
                await self._note(
                    {
                        "state": TunnelState.CONNECTED,
                        "error_code": None,
                        "error_message": None,
                        **_as_values(seen),
                    }
                )
                self._was_connected, self._in_row = True, 0
                reason = await self._watch(tunnel)
            finally:
                self._forwarder.change_way_out(None)
            dropped = TunnelDroppedError(
                f"the tunnel dropped: {reason}; it is made anew"
            )
            # Told at once: to take the rest away takes a moment.
            await self._note_failure(
                TunnelState.RECONNECTING, dropped.code, dropped.message
            )
        raise dropped

    def _prepare(self, terms: TunnelTerms) -> AbstractAsyncContextManager[OpenTunnel]:
        location = self._wish.location
        file, secrets = (
            read_location(location, self._protocol),
            read_credentials(location),
        )
        if isinstance(file, OpenVpnFile):
            if secrets and len(secrets) != 2:  # noqa: PLR2004 - user name and password
                raise TunnelCredentialsError(
                    f"{location}.credentials must hold two lines: user name, password"
                )
            pair = TunnelCredentials(*secrets) if secrets else None
            return open_openvpn(file, pair, terms)
        if isinstance(file, GluetunFile):
            return open_gluetun(file, secrets[0] if secrets else None, terms)
        return open_wireguard(file, terms)

    async def _watch(self, tunnel: OpenTunnel) -> str:
        """Return why, once the tunnel is gone or carries nothing any more."""
        section = settings().vpn
        dropped = asyncio.ensure_future(tunnel.wait_dropped())
        clock = asyncio.get_running_loop().time
        every = section.check_every.total_seconds()
        check_at, failed, received = clock() + every, 0, -1
        try:
            while True:
                wait = max(0.0, min(_LOOK_SECONDS, check_at - clock()))
                done, _ = await asyncio.wait({dropped}, timeout=wait)
                if done:
                    return dropped.result()
                traffic = await tunnel.measure()
                await self._note_traffic(traffic._asdict())
                if clock() < check_at:
                    continue
                seen = await self._look_again(tunnel)
                is_alive = seen is not None or traffic.received_bytes > received >= 0
                received = traffic.received_bytes
                failed = 0 if is_alive else failed + 1
                if failed >= section.failed_checks:
                    return "nothing comes through it any more"
                check_at = clock() + (min(every, _SOON_SECONDS) if failed else every)
                if seen is not None:
                    await self._note(_as_values(seen))
        except OSError as error:  # its control socket is gone, and so is the tunnel
            return f"its client is gone ({error.strerror or error})"
        finally:
            dropped.cancel()
            await asyncio.gather(dropped, return_exceptions=True)

    async def _look(self, tunnel: OpenTunnel) -> SeenExit:
        seconds = settings().vpn.handshake_timeout.total_seconds()
        return await look_at_exit(tunnel.way_out, seconds=seconds)

    async def _look_again(self, tunnel: OpenTunnel) -> SeenExit | None:
        with suppress(ApplicationError):
            return await self._look(tunnel)
        return None

    async def _open_forwarder(self) -> int:
        with suppress(OSError):  # somebody else has the port now
            return await self._forwarder.open(self._wish.proxy_port or 0)
        return await self._forwarder.open()

    async def _note_failure(self, state: TunnelState, code: str, message: str) -> None:
        log.warning("the tunnel of %s is %s: %s", self._wish.location, state, message)
        told = {"state": state, "error_code": code, "error_message": message}
        await self._note({**NOTHING_SEEN, **told})

    async def _note(self, values: Mapping[str, Any]) -> None:
        await note_wish(self._wish, values)

    async def _note_traffic(self, values: Mapping[str, Any]) -> None:
        def note() -> None:
            with transaction() as session:
                note_traffic(
                    session, self._wish.location, wish=self._wish.wish, values=values
                )

        with suppress(DatabaseUnreachableError):
            await asyncio.to_thread(note)


async def note_wish(wish: TunnelWish, values: Mapping[str, Any]) -> None:
    """Note how a wished tunnel is; a database that is away is waited for."""

    def note() -> None:
        with transaction() as session:
            note_tunnel(
                session, wish.location, wish=wish.wish, now=now(), values=values
            )

    while True:
        try:
            await asyncio.to_thread(note)
        except DatabaseUnreachableError as away:
            log.warning("the tunnel keeper waits: %s", away.message)
            await asyncio.sleep(1)
        else:
            return


def _as_values(seen: SeenExit) -> dict[str, Any]:
    return {
        "exit_ip": seen.address,
        "exit_country": seen.country,
        "checked_at": now(),
    }
