"""Wish for a tunnel and wait until its exit was seen; safe to repeat."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from config.clock import now
from config.errors import ConflictError, UnreachableError
from config.settings import settings
from config.vocabulary import TunnelProtocol, TunnelState
from tasks.clients.tunnel_errors import TunnelUnavailableError, tunnel_error
from tasks.database import transaction
from tasks.vpn.abilities import NO_KEEPER
from tasks.vpn.keep import keeper_name
from tasks.vpn.locations import choose_protocol, read_credentials, read_location
from tasks.vpn.repository import (
    find_abilities,
    find_wish,
    list_tunnels,
    unwish_tunnels,
    wish_tunnel,
)
from tasks.vpn.schemas import ConnectAnswer, DisconnectAnswer, TunnelAnswer

_LOOKS_SECONDS = (0.01, 0.1)
"""Between two looks at a tunnel: at first, and after a second."""

_AT_FIRST_SECONDS = 1.0
_SPARE_SECONDS = 2.0


class TunnelChangedError(ConflictError):
    """Somebody else wished for something else meanwhile."""

    code = "tunnel_changed"


class KeeperLateError(UnreachableError):
    """The tunnel keeper did not do its part in time."""

    code = "tunnel_keeper_late"


class WishMade(NamedTuple):
    """A wish that the tunnel keeper knows of."""

    location: str
    wish: int


def make_wish(location: str, protocol: TunnelProtocol | None) -> WishMade:
    """
    Look whether a tunnel can be made here, wish for it, and wake the tunnel keeper.

    Raises:
        LocationNotFoundError: There is no such location.
        TunnelFileError: Its configuration file is not one that we follow.
        TunnelUnavailableError: This machine lacks something; the message says what.
    """
    chosen = choose_protocol(location, protocol)
    read_location(location, chosen)
    read_credentials(location)
    worker = keeper_name()
    with transaction() as session:
        abilities = find_abilities(session, worker, now=now())
        if abilities is None:
            raise TunnelUnavailableError(NO_KEEPER)
        ability = getattr(abilities, chosen.value)
        if not ability.available:
            raise TunnelUnavailableError(
                f"{chosen.value} cannot be used on {worker}; missing: "
                + "; ".join(ability.missing)
            )
        wish = wish_tunnel(session, location, protocol=chosen, worker=worker, now=now())
        return WishMade(location, wish)


async def await_connected(made: WishMade) -> ConnectAnswer:
    """
    Wait until a wished tunnel is connected, its exit seen from outside.

    Raises:
        TunnelChangedError: Somebody wished for something else.
        KeeperLateError: The keeper says nothing; the wish is taken back.
        OutsideError: The tunnel failed; nothing of it is left.
    """
    seconds = settings().vpn.connect_timeout.total_seconds() + _SPARE_SECONDS
    tunnel: TunnelAnswer | None = None

    def is_settled() -> bool:
        nonlocal tunnel
        with transaction() as session:
            number, tunnel = find_wish(session, made.location, now=now())
        if tunnel is None or number != made.wish:
            raise TunnelChangedError(
                "somebody else connected or disconnected this tunnel meanwhile; look "
                "at it again"
            )
        return tunnel.state in {TunnelState.CONNECTED, TunnelState.FAILED}

    is_late = not await _await(is_settled, seconds=seconds)
    if tunnel is None or (is_late and tunnel.state is not TunnelState.RECONNECTING):
        await asyncio.to_thread(take_wish_back, made.location)
        raise KeeperLateError(
            "the tunnel keeper did not connect the tunnel in time; see that it runs, "
            "then try again"
        )
    if tunnel.state is not TunnelState.CONNECTED:
        # One that was connected before is made anew until somebody disconnects it.
        reason = tunnel.reason
        raise tunnel_error(
            reason.error if reason else "", reason.message if reason else "it failed"
        )
    return ConnectAnswer(connected=True, exit_ip=tunnel.exit_ip, tunnel=tunnel)


def take_wish_back(location: str | None) -> None:
    """Wish that one tunnel, or every one, is taken down."""
    with transaction() as session:
        unwish_tunnels(session, location, now=now())


async def disconnect(location: str | None) -> DisconnectAnswer:
    """
    Take down a tunnel, or every one; what is not there is a success.

    A keeper that does not answer has left no tunnel either: its clients end with it.
    """
    await asyncio.to_thread(take_wish_back, location)
    tunnels: list[TunnelAnswer] = []

    def is_gone() -> bool:
        nonlocal tunnels
        with transaction() as session:
            tunnels = list_tunnels(session, now=now())
        chosen = [one for one in tunnels if location in {None, one.location}]
        return all(one.state is not TunnelState.DISCONNECTING for one in chosen)

    await _await(is_gone, seconds=settings().vpn.disconnect_timeout.total_seconds())
    is_connected = any(one.state is TunnelState.CONNECTED for one in tunnels)
    return DisconnectAnswer(connected=is_connected, tunnels=tuple(tunnels))


async def _await(is_so: Callable[[], bool], *, seconds: float) -> bool:
    clock = asyncio.get_running_loop().time
    began = clock()
    while not await asyncio.to_thread(is_so):
        passed = clock() - began
        if passed > seconds:
            return False
        await asyncio.sleep(_LOOKS_SECONDS[passed > _AT_FIRST_SECONDS])
    return True
