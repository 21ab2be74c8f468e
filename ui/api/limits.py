"""Every request is counted before anything is done for it."""

from functools import partial

from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.errors import ApplicationError
from tasks.limits.classes import classify
from tasks.limits.limiter import CountingAwayError, Limiter, RateLimitedError
from tasks.limits.schemas import Asker, Count
from tasks.limits.violations import note_violation
from ui.api.auth import find_caller
from ui.api.bare_paths import CANONICAL
from ui.api.client_address import address_of, household_of
from ui.api.measures import RATE_LIMITED
from ui.api.problems import answer_error

_STARTS = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)
_TRY_AGAIN_LATER = 1013
"""Close code of a WebSocket (IANA's registry, RFC 6455)."""


class RateLimited:
    """
    Refuses whoever asked too often, and tells everybody else how much is left.

    Lies inside of `BarePaths`, so that both forms of a path count as one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limiter = Limiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request or WebSocket; pass it on, or answer 429."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        method, path = scope.get("method", "GET"), scope["path"]
        limit_class = classify(method, path.removeprefix(CANONICAL))
        if limit_class is None:
            await self._app(scope, receive, send)
            return
        asker = await find_asker(HTTPConnection(scope))
        try:
            count = await self._limiter.count(asker, limit_class)
        except CountingAwayError as away:
            await _refuse(answer_error(away), scope, receive, send)
            return
        send_told = _told(send, limit_headers(count))
        if count.is_admitted:
            await self._app(scope, receive, send_told)
            return
        RATE_LIMITED.labels(limit_class).inc()
        answer = answer_error(RateLimitedError(limit_class, count))
        if count.refused:
            note = partial(note_violation, asker, limit_class, count)
            answer.background = BackgroundTask(note, method=method, path=path)
        await _refuse(answer, scope, receive, send_told)


async def find_asker(connection: HTTPConnection) -> Asker:
    """Return who a request is counted for: the account, else the address."""
    address = household_of(address_of(connection))
    try:
        caller, _ = await find_caller(connection)
    except ApplicationError:
        return Asker(None, address)
    return Asker(caller.account_id, address)


def limit_headers(count: Count) -> dict[str, str]:
    """Return what is told with every answer that was counted."""
    return {
        "X-Rate-Limit-Limit": str(count.limit),
        "X-Rate-Limit-Remaining": str(count.remaining),
        "X-Rate-Limit-Reset": str(count.reset_seconds),
    }


def _told(send: Send, headers: dict[str, str]) -> Send:
    async def send_told(message: Message) -> None:
        if message["type"] in _STARTS:
            message.setdefault("headers", [])
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_told


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
    await answer(scope, receive, send)
