"""Follow what happens, as server-sent events; or look at what just happened."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from config.errors import ApplicationError, InvalidError
from config.vocabulary import EventType, Permission
from tasks.accounts.schemas import Caller
from tasks.accounts.tokens import Claims
from tasks.events.fan_out import FanOut
from tasks.events.follow import Follower
from tasks.events.stream import Wanted, list_recent
from ui.api.answers import RecentEvents
from ui.api.auth import AnalyticsRead, find_caller_by_claims
from ui.api.dependencies import Limit

router = APIRouter(prefix="/tracking", tags=["tracking"])

CampaignId = Annotated[UUID | None, Query(alias="campaignId")]
Types = Annotated[
    str | None,
    Query(description="Kinds wanted, with commas between; all if left out."),
]

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `update`, `reset`, `session.ended`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
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
    follower = Follower(
        fan_out,
        Wanted(campaign_id, _read_types(types)),
        after=resumed_from if resumed_from is not None else last_event_id,
        is_welcome=_welcome(caller),
    )
    return StreamingResponse(
        follower.frames(), media_type="text/event-stream", headers=_HEADERS
    )


@router.get("/recent")
def show_recent_events(
    _caller: AnalyticsRead,
    limit: Limit,
    campaign_id: CampaignId = None,
    types: Types = None,
) -> RecentEvents:
    """Return the newest tracking events, newest first."""
    recent = list_recent(Wanted(campaign_id, _read_types(types)), limit=limit)
    return RecentEvents(items=tuple(recent.items), last=recent.last)


def _read_types(types: str | None) -> frozenset[str]:
    named = frozenset(word.strip() for word in (types or "").split(",") if word.strip())
    unknown = named - set(EventType)
    if unknown:
        raise InvalidError(
            f"no such kind of event: {', '.join(sorted(unknown))}; "
            f"there are {', '.join(EventType)}",
            field="types",
        )
    return named


def _welcome(caller: Caller) -> Callable[[], Awaitable[bool]]:
    claims = Claims(caller.account_id, caller.login_id)

    async def is_welcome() -> bool:
        try:
            known = await find_caller_by_claims(claims)
        except ApplicationError:
            return False
        return Permission.ANALYTICS_READ in known.permissions

    return is_welcome
