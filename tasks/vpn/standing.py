"""What there is to say of all tunnels and locations, in one look."""

from config.clock import now
from config.vocabulary import TunnelState
from tasks.database import transaction
from tasks.vpn.abilities import NO_KEEPER, nothing_possible
from tasks.vpn.keep import keeper_name
from tasks.vpn.locations import list_locations
from tasks.vpn.repository import find_abilities, list_tunnels
from tasks.vpn.schemas import CloakStatus


def look_at_tunnels() -> CloakStatus:
    """Return tunnels, locations, and what the tunnel keeper is able to."""
    moment = now()
    with transaction() as session:
        tunnels = list_tunnels(session, now=moment)
        abilities = find_abilities(session, keeper_name(), now=moment)
    up = [one for one in tunnels if one.state is TunnelState.CONNECTED]
    latest = max(up, key=lambda one: one.since, default=None)
    return CloakStatus(
        connected=bool(up),
        exit_ip=latest.exit_ip if latest else None,
        exit_country=latest.exit_country if latest else None,
        tunnels=tuple(tunnels),
        locations=tuple(list_locations()),
        abilities=abilities or nothing_possible(NO_KEEPER),
    )
