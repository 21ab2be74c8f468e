"""The pool of proxies: looked at, tested, drained, retired, taken in and given out."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from starlette.concurrency import run_in_threadpool

from config.clock import now
from config.vocabulary import ProxyState, ProxyVerb
from flows import proxy_life
from tasks.database import transaction
from tasks.pages import PageWish
from tasks.proxies import generate, status, transfer
from tasks.proxies.attempt_rows import list_attempts
from tasks.proxies.attempts import read_history
from tasks.proxies.listing import count_states, describe_pool, list_pool
from tasks.proxies.repository import get_proxy, list_by_id
from tasks.proxies.schemas import (
    LARGEST_ID,
    CheckAnswer,
    GenerateRequest,
    ImportAnswer,
    ImportRequest,
    PoolEntry,
    ProxyDetail,
    ProxyFilter,
    TrafficAnswer,
)
from tasks.proxies.transfer import ListForm
from ui.api.auth import ProxiesRead, ProxiesSecrets, ProxiesWrite
from ui.api.dependencies import paged_by
from ui.api.idempotency import TAKES_KEY
from ui.api.proxy_answers import AttemptList, GeneratedAnswer, PoolList
from ui.api.routers.proxies import ProxyId, keep_out_of_caches, may_see_secrets

router = APIRouter(prefix="/proxies", tags=["proxies"])

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One proxy a line, or CSV; with passwords.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}
Country = Annotated[str | None, Query(pattern=r"^[A-Za-z]{2}$")]
Tag = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
Search = Annotated[
    str,
    Query(
        max_length=100,
        pattern=r"^[^\x00]*$",
        description="Part of an address, a note or a city.",
    ),
]
Word = Annotated[str | None, Query(min_length=1, max_length=253, pattern=r"^[^\x00]*$")]
WindowHours = Annotated[
    float,
    Query(
        gt=0, le=9_600, allow_inf_nan=False, description="How far history goes back."
    ),
]


def read_filter(
    state: ProxyState | None = None,
    country: Country = None,
    tag: Tag = None,
    search: Search = "",
) -> ProxyFilter:
    """Return which proxies a request is about."""
    return ProxyFilter(state, country, tag, search)


Wanted = Annotated[ProxyFilter, Depends(read_filter)]


@router.get("/pool")
def show_pool(
    caller: ProxiesRead,
    response: Response,
    page: Annotated[
        PageWish,
        paged_by(
            "id", "ip", "updated_at", "total_requests", "failed_requests", "error_count"
        ),
    ],
    wanted: Wanted,
) -> PoolList:
    """List proxies with all that is known of them."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    with transaction() as session:
        found = list_pool(session, page, wanted, reveal=reveal, now=now())
        counts = count_states(session)
    return PoolList(items=tuple(found.rows), next=found.next, counts=counts)


@router.post("/generate", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY])
async def generate_proxies(
    asked: GenerateRequest, caller: ProxiesWrite
) -> GeneratedAnswer:
    """Have Multilogin X make proxies, and put them into the pool."""
    made = await proxy_life.generate(asked, caller)
    return await run_in_threadpool(_show_made, made)


@router.post("/import")
def import_list(asked: ImportRequest, caller: ProxiesWrite) -> ImportAnswer:
    """Take in a list of proxies, as many of its lines as can be read."""
    return transfer.import_proxies(asked, caller)


@router.get("/export", response_class=Response, responses=_TEXT)
def export_list(
    caller: ProxiesSecrets, wanted: Wanted, form: ListForm = "lines"
) -> Response:
    """Give out a list of proxies with their passwords; it can be taken in again."""
    text = transfer.export_proxies(wanted, form, caller)
    kind = "text/csv" if form == "csv" else "text/plain"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="proxies.{form}"',
    }
    return Response(text, media_type=kind, headers=headers)


@router.get("/traffic")
async def show_traffic(_caller: ProxiesRead) -> TrafficAnswer:
    """Tell how much went through the generated proxies."""
    return await generate.read_traffic()


@router.get("/attempts")
def show_attempts(
    _caller: ProxiesRead,
    page: Annotated[PageWish, paged_by("-at")],
    proxy_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    host: Word = None,
    outcome: Word = None,
) -> AttemptList:
    """List requests through proxies, newest first, with why each took its proxy."""
    with transaction() as session:
        found = list_attempts(
            session, page, proxy_id=proxy_id, host=host, outcome=outcome
        )
    return AttemptList(items=tuple(found.rows), next=found.next)


@router.get("/{proxy_id}")
def show_proxy(
    proxy_id: ProxyId,
    caller: ProxiesRead,
    response: Response,
    window_hours: WindowHours = 6,
) -> ProxyDetail:
    """Look at one proxy with its history."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    moment = now()
    with transaction() as session:
        row = get_proxy(session, proxy_id)
        (entry,) = describe_pool(session, [row], reveal=reveal, now=moment)
        window = timedelta(hours=window_hours)
        history = read_history(session, proxy_id, window=window, now=moment)
    return ProxyDetail(**entry.model_dump(), history=history)


@router.post("/{proxy_id}/test")
async def look_through_proxy(proxy_id: ProxyId, _caller: ProxiesWrite) -> CheckAnswer:
    """Look through a proxy now: does it answer, from where, how fast."""
    return await proxy_life.check(proxy_id)


@router.post("/{proxy_id}/drain")
def drain_proxy(
    proxy_id: ProxyId, caller: ProxiesWrite, response: Response
) -> PoolEntry:
    """Give a proxy to nobody new; what is under way through it ends."""
    return _act(proxy_id, ProxyVerb.DRAIN, caller, response)


@router.post("/{proxy_id}/retire")
def retire_proxy(
    proxy_id: ProxyId, caller: ProxiesWrite, response: Response
) -> PoolEntry:
    """Take a proxy out for good; its records stay."""
    return _act(proxy_id, ProxyVerb.RETIRE, caller, response)


@router.post("/{proxy_id}/undo")
def undo_last_action(
    proxy_id: ProxyId, caller: ProxiesWrite, response: Response
) -> PoolEntry:
    """Take back the last thing that was done with a proxy."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    return status.undo_last(proxy_id, caller, reveal=reveal)


def _show_made(ids: list[int]) -> GeneratedAnswer:
    with transaction() as session:
        rows = list_by_id(session, ids)
        items = describe_pool(session, rows, reveal=False, now=now())
    return GeneratedAnswer(items=tuple(items))


def _act(
    proxy_id: int, verb: ProxyVerb, caller: ProxiesWrite, response: Response
) -> PoolEntry:
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    return status.act_on_proxy(proxy_id, verb, caller, reveal=reveal)
