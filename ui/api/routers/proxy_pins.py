"""Pins: account session, proxy and browser profile that belong together."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from flows import proxy_life
from tasks.database import transaction
from tasks.pages import PageWish
from tasks.proxies import pins
from tasks.proxies.pin_rows import list_pins
from tasks.proxies.schemas import LARGEST_ID, MoveRequest, PinAnswer, PinRequest
from ui.api.auth import ProxiesRead, ProxiesWrite
from ui.api.dependencies import paged_by
from ui.api.proxy_answers import PinList
from ui.api.routers.proxies import AccountSessionId

router = APIRouter(prefix="/proxies/pins", tags=["proxies"])


@router.get("")
def show_pins(
    _caller: ProxiesRead,
    page: Annotated[PageWish, paged_by("account_session_id")],
    proxy_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> PinList:
    """List pins, and which of them wait."""
    with transaction() as session:
        found = list_pins(session, page, proxy_id=proxy_id)
    return PinList(items=tuple(found.rows), next=found.next)


@router.get("/{account_session_id}")
def show_pin(account_session_id: AccountSessionId, _caller: ProxiesRead) -> PinAnswer:
    """Look at one pin."""
    return pins.show_pin(account_session_id)


@router.put("/{account_session_id}")
async def put_pin(
    account_session_id: AccountSessionId, asked: PinRequest, caller: ProxiesWrite
) -> PinAnswer:
    """Pin an account session, with a browser profile if named, to its proxy."""
    return await proxy_life.pin(account_session_id, asked, caller)


@router.delete("/{account_session_id}", status_code=HTTPStatus.NO_CONTENT)
def end_pin(account_session_id: AccountSessionId, caller: ProxiesWrite) -> None:
    """Let an account session go out by any proxy."""
    pins.unpin_session(account_session_id, caller)


@router.post("/{account_session_id}/move")
async def move_pin(
    account_session_id: AccountSessionId, asked: MoveRequest, caller: ProxiesWrite
) -> PinAnswer:
    """Move account session, proxy and browser profile together; audited."""
    return await proxy_life.move(account_session_id, asked.proxy_id, caller)
