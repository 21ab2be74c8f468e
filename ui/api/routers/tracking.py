"""Follow what happens, as server-sent events; or look at what just happened."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from config.errors import InvalidError
from config.vocabulary import EventType
from tasks.accounts.schemas import Caller
from tasks.events.fan_out import FanOut
from tasks.events.follow import Follower, server_sent
from tasks.events.forms import SERVER_SENT_EVENTS
from tasks.events.stream import Wanted, list_recent
from tasks.events.tickets import Holder, give_ticket
from ui.api.answers import RecentEvents, TicketAnswer
from ui.api.auth import AnalyticsRead
from ui.api.dependencies import Limit
from ui.api.live_standing import LoginStanding

router = APIRouter(prefix="/tracking", tags=["tracking"])

CampaignId = Annotated[UUID | None, Query(alias="campaignId")]
_KIND = f"({'|'.join(EventType)})"
Types = Annotated[
    str | None,
    Query(
        description="Kinds wanted, with commas between; all if left out.",
        pattern=f"^({_KIND}(, *{_KIND})*)?$",
    ),
]

_HEADERS = {
    "Cache-Control": "no-cache, no-store",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}
_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Position in the one order."},
        "event": {"enum": ["update", "reset", "session.ended"]},
        "data": {"type": "string", "description": "One JSON object."},
    },
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `update`, `reset`, `session.ended`.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    }
}


@router.get("/stream", response_class=StreamingResponse, responses=_ANSWERS)
async def follow_events(
    request: Request,
    caller: AnalyticsRead,
    campaign_id: CampaignId = None,
    types: Types = None,
    last_event_id: Annotated[int | None, Query()] = None,
    resumed_from: Annotated[int | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """
    Follow tracking events from now on, or from the last one seen.

    Each event comes once and in the one order. `reset` says that events after the last
    one seen are gone: load again. `session.ended` says that the login has ended.
    """
    fan_out: FanOut = request.app.state.fan_out
    standing: LoginStanding = request.app.state.standing
    follower = Follower(
        fan_out,
        _wanted(caller, campaign_id, types),
        SERVER_SENT_EVENTS,
        after=resumed_from if resumed_from is not None else last_event_id,
        is_welcome=partial(standing.may_follow, caller),
    )
    return StreamingResponse(
        server_sent(follower), media_type="text/event-stream", headers=_HEADERS
    )


@router.get("/recent")
def show_recent_events(
    caller: AnalyticsRead,
    limit: Limit,
    campaign_id: CampaignId = None,
    types: Types = None,
) -> RecentEvents:
    """Return the newest tracking events, newest first."""
    recent = list_recent(_wanted(caller, campaign_id, types), limit=limit)
    return RecentEvents(items=tuple(recent.items), last=recent.last)


@router.post("/ticket")
async def give_socket_ticket(caller: AnalyticsRead, response: Response) -> TicketAnswer:
    """Give a ticket that opens `/tracking/ws` once: `?ticket=...`."""
    ticket = await give_ticket(Holder(caller.account_id, caller.login_id))
    response.headers["Cache-Control"] = "no-store"
    return TicketAnswer(ticket=ticket.text, expires_in=ticket.seconds)


def read_types(types: str | None) -> frozenset[str]:
    """
    Return the kinds of events that are named, with commas between.

    Raises:
        InvalidError: One of them does not exist.
    """
    named = frozenset(word.strip() for word in (types or "").split(",") if word.strip())
    unknown = named - set(EventType)
    if unknown:
        raise InvalidError(
            f"no such kind of event: {', '.join(sorted(unknown))}; "
            f"there are {', '.join(EventType)}",
            field="types",
        )
    return named


def _wanted(caller: Caller, campaign_id: UUID | None, types: str | None) -> Wanted:
    campaign_ids = None if campaign_id is None else frozenset({campaign_id})
    return Wanted(campaign_ids, read_types(types), account_id=caller.account_id)
