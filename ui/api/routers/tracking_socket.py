"""Follow what happens over a WebSocket: rooms, ping and pong, and coming back."""

import logging
from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Security, WebSocket
from fastapi.security import SecurityScopes
from starlette.concurrency import run_in_threadpool

from config.correlation import correlation_id
from config.vocabulary import Permission
from tasks.accounts.permissions import require_permission
from tasks.accounts.schemas import Caller
from tasks.accounts.tokens import Claims
from tasks.events.tickets import take_ticket
from ui.api.auth import (
    ForeignPageError,
    find_caller,
    find_caller_by_claims,
    is_own_origin,
)
from ui.api.correlation import HEADER, choose_correlation_id
from ui.api.live_rooms import LARGEST_POSITION, Rooms
from ui.api.live_socket import LiveSocket, require_campaign
from ui.api.routers.tracking import CampaignId, Types, read_types

log = logging.getLogger(__name__)

router = APIRouter(prefix="/tracking", tags=["tracking"])

Position = Annotated[int | None, Query(ge=0, le=LARGEST_POSITION)]


async def require_at_handshake(
    socket: WebSocket,
    needed: SecurityScopes,
    ticket: Annotated[str | None, Query(max_length=200)] = None,
) -> Caller:
    """
    Return who opens a connection, if they may do what the route needs.

    A browser brings its cookie, and must say that one of our pages asks; a program
    brings its token in the header, or a ticket.

    Raises:
        InvalidTokenError: We do not know who it is.
        TicketRefusedError: The ticket is not, or no longer, good.
        ForeignPageError: Another site's page opens it, or a cookie comes from nowhere.
        MissingPermissionError: We know who it is, and they may not.

    Source: OWASP ASVS 5.0, 4.4.2 (Origin) and 4.4.3 (a token of its own).
    """
    correlation_id.set(choose_correlation_id(socket.headers.get(HEADER)))
    by_cookie = False
    if ticket is not None:
        holder = await take_ticket(ticket)
        caller = await find_caller_by_claims(Claims(*holder))
    else:
        caller, offered = await find_caller(socket)
        by_cookie = offered.by_cookie
    own = is_own_origin(socket.headers)
    if own is False or (own is None and by_cookie):
        raise ForeignPageError
    for scope in needed.scopes:
        require_permission(caller.permissions, permission=Permission(scope))
    return caller


MayFollow = Annotated[
    Caller, Security(require_at_handshake, scopes=[Permission.ANALYTICS_READ])
]


@router.websocket("/ws")
async def follow_events_over_socket(
    socket: WebSocket,
    caller: MayFollow,
    campaign_id: CampaignId = None,
    types: Types = None,
    last_event_id: Position = None,
    resumed_from: Annotated[int | None, Header(alias="Last-Event-ID")] = None,
) -> None:
    """
    Follow tracking events from now on, or from the last one seen.

    Each event is a message `{type, id, topic, data}`, comes once and in the one order.
    `deployments/docs/live.md` has all messages and codes.
    """
    wanted_types = read_types(types)
    rooms = await _rooms_of(caller, campaign_id)
    await socket.accept()
    began = monotonic()
    live = LiveSocket(
        socket,
        caller,
        fan_out=socket.app.state.fan_out,
        standing=socket.app.state.standing,
        rooms=rooms,
        types=wanted_types,
    )
    close = await live.serve(
        after=resumed_from if resumed_from is not None else last_event_id
    )
    log.info(
        "%s closed with %d %s after %.0f s",
        socket.url.path,
        close.code,
        close.reason,
        monotonic() - began,
    )


async def _rooms_of(caller: Caller, campaign_id: UUID | None) -> Rooms:
    if campaign_id is None:
        return Rooms(caller.account_id)
    await run_in_threadpool(require_campaign, campaign_id)
    return Rooms(caller.account_id, frozenset({campaign_id}))
