"""Every request has a correlation id, one log line, and an answer whatever happens."""

import logging
import re
import secrets
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from config.correlation import correlation_id
from tasks.failures.record import record_failure
from ui.api.auth import account_of
from ui.api.problems import defect_answer

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_READING = {"GET", "HEAD", "OPTIONS"}
_WORTH_A_LINE = 400
_INTERNAL_ERROR = 1011
"""Close code of a WebSocket (RFC 6455, section 7.4.1)."""


def choose_correlation_id(offered: str | None) -> str:
    """Return the id a caller offers if it is of our form, else a new one."""
    if offered is not None and _ACCEPTED.fullmatch(offered):
        return offered
    return secrets.token_hex(8)


class Correlated:
    """
    The outermost layer of the API.

    What no handler has a word for is logged with its traceback here, recorded, and
    answered with a problem that says nothing but the correlation id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = choose_correlation_id(Headers(scope=scope).get(HEADER))
        token = correlation_id.set(asked)
        status, began = 0, monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = asked
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except (ClientDisconnect, WebSocketDisconnect):
            log.info("%s: the client left", _place_of(scope))
        except Exception as defect:
            log.exception("%s failed", _place_of(scope))
            if not status:
                await _end(scope, receive, send_with_id)
            await run_in_threadpool(record_failure, defect, place=_place_of(scope))
        finally:
            _write_line(scope, status, seconds=monotonic() - began)
            correlation_id.reset(token)


async def _end(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _INTERNAL_ERROR})
    else:
        await defect_answer()(scope, receive, send)


def _place_of(scope: Scope) -> str:
    return f"{scope.get('method', 'WebSocket')} {scope['path']}"


def _write_line(scope: Scope, status: int, *, seconds: float) -> None:
    if scope["type"] != "http":
        return
    notable = scope["method"] not in _READING or status >= _WORTH_A_LINE
    account = account_of(scope)
    log.log(
        logging.INFO if notable else logging.DEBUG,
        "%s %s %d in %.0f ms, %s",
        scope["method"],
        scope["path"],
        status,
        seconds * 1000,
        f"account {account}" if account else "nobody signed in",
    )
