"""Queries and changes of tunnels; takes a session, never commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from config.clock import now as at_present
from config.vocabulary import TunnelProtocol, TunnelState
from tasks.events.outbox import record_event
from tasks.events.types import TunnelChanged
from tasks.models import TunnelKeeper, VpnTunnel, new_id
from tasks.vpn.schemas import Abilities, Reason, TunnelAnswer

CHANNEL = "muster_tunnels"
"""Notified at each wish; the tunnel keepers listen."""

SILENCE = timedelta(seconds=10)
"""A keeper that was not heard for so long is gone, and its tunnels with it."""

KEEPER_SILENT = Reason(
    error="tunnel_keeper_silent",
    message="the tunnel keeper does not run, so this tunnel carries nothing; start it "
    "with deployments/up, or python -m deployments.tunnel_keeper",
)
KEEPER_BEGAN = Reason(
    error="tunnel_keeper_began",
    message="the tunnel keeper was started anew and makes this tunnel again",
)
_OWN_COLUMNS = ("endpoint", "tunnel_address", "exit_ip", "exit_country", "checked_at")
NOTHING_SEEN: dict[str, Any] = {
    **dict.fromkeys((*_OWN_COLUMNS, "last_handshake_at")),
    "received_bytes": 0,
    "sent_bytes": 0,
}


class TunnelWish(NamedTuple):
    """What a keeper is to do about one location."""

    location: str
    wish: int
    wished: TunnelProtocol | None
    protocol: TunnelProtocol
    state: TunnelState
    proxy_port: int | None


def find_tunnel(
    session: Session, location: str | None, *, now: datetime | None = None
) -> TunnelAnswer | None:
    """Return the tunnel of a location, or of any location that is connected."""
    query = select(VpnTunnel)
    if location is None:
        query = query.where(VpnTunnel.state == TunnelState.CONNECTED)
    else:
        query = query.where(VpnTunnel.location == location)
    row = session.scalar(query.order_by(VpnTunnel.state_changed_at.desc()).limit(1))
    if row is None:
        return None
    heard = _heard_keepers(session, now=now or at_present())
    answer = describe_tunnel(row, is_kept=row.worker in heard)
    is_other = location is None and answer.state is not TunnelState.CONNECTED
    return None if is_other else answer


def find_wish(
    session: Session, location: str, *, now: datetime
) -> tuple[int, TunnelAnswer | None]:
    """Return the number of a location's newest wish, and what became of it."""
    row = session.scalar(select(VpnTunnel).where(VpnTunnel.location == location))
    if row is None:
        return 0, None
    heard = _heard_keepers(session, now=now)
    return row.wish, describe_tunnel(row, is_kept=row.worker in heard)


def list_tunnels(session: Session, *, now: datetime) -> list[TunnelAnswer]:
    """Return all tunnels there ever were, one a location."""
    heard = _heard_keepers(session, now=now)
    rows = session.scalars(select(VpnTunnel).order_by(VpnTunnel.location))
    return [describe_tunnel(row, is_kept=row.worker in heard) for row in rows]


def wish_tunnel(
    session: Session,
    location: str,
    *,
    protocol: TunnelProtocol,
    worker: str,
    now: datetime,
) -> int:
    """
    Wish for a tunnel and wake its keeper; return the number of the wish.

    A tunnel that is up by this protocol, or on its way, is left as it is.
    """
    row = _lock_tunnel(session, location)
    if row is not None and row.wished_protocol == protocol and row.worker == worker:
        return row.wish
    values = {
        "wished_protocol": protocol,
        "worker": worker,
        "protocol": protocol,
        "state": TunnelState.CONNECTING,
        "state_changed_at": now,
        "error_code": None,
        "error_message": None,
    } | NOTHING_SEEN
    if row is None:
        put = insert_or_update(VpnTunnel).values(
            id=new_id(), location=location, wish=1, **values
        )
        # Two may wish for the first tunnel of a location at the same time.
        changed = put.on_conflict_do_update(
            index_elements=["location"], set_={"wish": VpnTunnel.wish + 1, **values}
        )
        wish = session.execute(changed.returning(VpnTunnel.wish)).scalar_one()
    else:
        wish = row.wish = row.wish + 1
        for name, value in values.items():
            setattr(row, name, value)
    _tell(session, location, values)
    wake_keepers(session)
    return wish


def unwish_tunnels(session: Session, location: str | None, *, now: datetime) -> None:
    """Wish that a tunnel, or every tunnel, is taken down, and wake the keepers."""
    query = select(VpnTunnel).where(VpnTunnel.wished_protocol.is_not(None))
    if location is not None:
        query = query.where(VpnTunnel.location == location)
    for row in session.scalars(query.order_by(VpnTunnel.location).with_for_update()):
        row.wished_protocol, row.wish = None, row.wish + 1
        values = {
            "state": TunnelState.DISCONNECTING,
            "state_changed_at": now,
            "error_code": None,
            "error_message": None,
            "exit_ip": None,
            "exit_country": None,
        }
        for name, value in values.items():
            setattr(row, name, value)
        _tell(session, row.location, {**values, "protocol": row.protocol})
    wake_keepers(session)


def list_wishes(session: Session, *, worker: str) -> list[TunnelWish]:
    """Return what the keeper of a machine is to do."""
    rows = session.scalars(select(VpnTunnel).where(VpnTunnel.worker == worker))
    return [
        TunnelWish(
            location=row.location,
            wish=row.wish,
            wished=TunnelProtocol(row.wished_protocol) if row.wished_protocol else None,
            protocol=TunnelProtocol(row.protocol),
            state=TunnelState(row.state),
            proxy_port=row.proxy_port,
        )
        for row in rows
    ]


def note_tunnel(
    session: Session,
    location: str,
    *,
    wish: int,
    now: datetime,
    values: Mapping[str, Any],
) -> bool:
    """
    Note how a tunnel is, and tell if its state changed; False for an older wish.

    A tunnel that failed for good is wished for no longer.
    """
    row = _lock_tunnel(session, location)
    if row is None or row.wish != wish:
        return False
    state = values.get("state", row.state)
    has_changed = state != row.state or values.get("exit_ip", row.exit_ip) != (
        row.exit_ip
    )
    for name, value in values.items():
        setattr(row, name, value)
    if has_changed:
        row.state_changed_at = now
        _tell(session, location, {"protocol": row.protocol, "state": state, **values})
    if state == TunnelState.FAILED:
        row.wished_protocol = None
    return True


def greet_keeper(
    session: Session, worker: str, *, abilities: Abilities, now: datetime
) -> None:
    """Note that the keeper of a machine is there, and what it is able to."""
    values = {"abilities": abilities.model_dump(mode="json"), "last_seen_at": now}
    put = insert_or_update(TunnelKeeper).values(worker=worker, **values)
    session.execute(
        put.on_conflict_do_update(index_elements=["worker"], set_=dict(values))
    )


def take_over_tunnels(session: Session, worker: str, *, now: datetime) -> None:
    """Note that the tunnels of an earlier keeper of this machine went with it."""
    query = select(VpnTunnel).where(
        VpnTunnel.worker == worker, VpnTunnel.wished_protocol.is_not(None)
    )
    for row in session.scalars(query.with_for_update()):
        values = {
            **NOTHING_SEEN,
            "state": TunnelState.RECONNECTING,
            "error_code": KEEPER_BEGAN.error,
            "error_message": KEEPER_BEGAN.message,
        }
        note_tunnel(session, row.location, wish=row.wish, now=now, values=values)


def miss_keeper(session: Session, worker: str) -> None:
    """Note that the keeper of a machine has left."""
    keeper = session.get(TunnelKeeper, worker)
    if keeper is not None:
        session.delete(keeper)


def note_traffic(
    session: Session, location: str, *, wish: int, values: Mapping[str, Any]
) -> None:
    """Note what a tunnel has carried; nobody is told."""
    session.execute(
        update(VpnTunnel)
        .where(VpnTunnel.location == location, VpnTunnel.wish == wish)
        .values(**values)
    )


def find_abilities(session: Session, worker: str, *, now: datetime) -> Abilities | None:
    """Return what the keeper of a machine is able to, None if it is not heard."""
    keeper = session.get(TunnelKeeper, worker)
    if keeper is None or now - keeper.last_seen_at > SILENCE:
        return None
    return Abilities.model_validate(keeper.abilities)


def wake_keepers(session: Session) -> None:
    """Have the keepers look at the wishes as soon as this is committed."""
    session.execute(select(func.pg_notify(CHANNEL, "")))


def listen_statement() -> str:
    """Return the statement by which a keeper listens."""
    return str(text(f"LISTEN {CHANNEL}"))


def describe_tunnel(row: VpnTunnel, *, is_kept: bool) -> TunnelAnswer:
    """Return what is shown of a tunnel; without its keeper it carries nothing."""
    state = TunnelState(row.state)
    reason = (
        Reason(error=row.error_code, message=row.error_message or "")
        if row.error_code
        else None
    )
    if not is_kept and row.wished_protocol is not None:
        state, reason = TunnelState.RECONNECTING, KEEPER_SILENT
    elif not is_kept and state is TunnelState.DISCONNECTING:
        state, reason = TunnelState.DISCONNECTED, None
    is_connected = state is TunnelState.CONNECTED
    has_proxy = row.proxy_port is not None and row.wished_protocol is not None
    return TunnelAnswer(
        id=row.id,
        location=row.location,
        protocol=TunnelProtocol(row.protocol),
        state=state,
        reason=reason,
        endpoint=row.endpoint,
        tunnel_address=row.tunnel_address,
        exit_ip=row.exit_ip if is_connected else None,
        exit_country=row.exit_country if is_connected else None,
        checked_at=row.checked_at,
        since=row.state_changed_at,
        received_bytes=row.received_bytes,
        sent_bytes=row.sent_bytes,
        last_handshake_at=row.last_handshake_at,
        proxy_url=f"socks5://127.0.0.1:{row.proxy_port}" if has_proxy else None,
        worker=row.worker,
    )


def _heard_keepers(session: Session, *, now: datetime) -> Sequence[str]:
    query = select(TunnelKeeper.worker)
    return session.scalars(query.where(TunnelKeeper.last_seen_at > now - SILENCE)).all()


def _lock_tunnel(session: Session, location: str) -> VpnTunnel | None:
    query = select(VpnTunnel).where(VpnTunnel.location == location)
    return session.scalar(query.with_for_update())


def _tell(session: Session, location: str, values: Mapping[str, Any]) -> None:
    record_event(
        session,
        TunnelChanged(
            campaign_id=None,
            location=location,
            state=values["state"],
            protocol=values.get("protocol"),
            exit_ip=values.get("exit_ip"),
            error=values.get("error_code"),
            message=values.get("error_message"),
        ),
    )
