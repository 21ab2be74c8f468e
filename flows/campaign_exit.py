"""Where a campaign's requests leave: straight from here, or by a VPN's tunnel."""

from config.errors import UnreachableError
from config.vocabulary import TunnelState
from tasks.database import transaction
from tasks.public_profiles.schemas import Exit
from tasks.vpn.repository import find_tunnel


class ExitAwayError(UnreachableError):
    """The tunnel that a campaign is to leave by is not there."""

    code = "tunnel_not_connected"

    def __init__(self, location: str) -> None:
        super().__init__(
            f"the tunnel to {location} is not connected, and this campaign leaves by "
            "no other way; connect it, then start the campaign again"
        )


def find_exit_proxy(wanted: Exit) -> str:
    """
    Return the address of the HTTP proxy of ours that leaves by a tunnel.

    Raises:
        ExitAwayError: The tunnel is not connected.
    """
    with transaction() as session:
        tunnel = find_tunnel(session, wanted.vpn)
    if (
        tunnel is None
        or tunnel.state is not TunnelState.CONNECTED
        or not tunnel.proxy_url
    ):
        raise ExitAwayError(wanted.vpn)
    return f"http://{tunnel.proxy_url.partition('://')[2]}"


def check_exit_held(wanted: Exit, exit_proxy: str | None) -> None:
    """
    Return if requests could leave by the tunnel up to now.

    What failed while it was away says nothing about the pages, so none of it is kept.

    Raises:
        ExitAwayError: It is away, or was made anew meanwhile.
    """
    if find_exit_proxy(wanted) != exit_proxy:
        raise ExitAwayError(wanted.vpn)
