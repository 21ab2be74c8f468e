"""Every request has a correlation id, one log line, and an answer whatever happens."""

import logging
import re
import secrets
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.correlation import correlation_id
from ui.api.problems import defect_answer

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_READING = {"GET", "HEAD", "OPTIONS"}
_WORTH_A_LINE = 400


def choose_correlation_id(offered: str | None) -> str:
    """Return the id a caller offers if it is of our form, else a new one."""
    if offered is not None and _ACCEPTED.fullmatch(offered):
        return offered
    return secrets.token_hex(8)


class Correlated:
    """
    The outermost layer of the API.

    What no handler has a word for is logged with its traceback here and answered with
    a problem that says nothing but the correlation id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
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
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if not status:
                await defect_answer()(scope, receive, send_with_id)
        finally:
            _write_line(scope, status, seconds=monotonic() - began)
            correlation_id.reset(token)


def _write_line(scope: Scope, status: int, *, seconds: float) -> None:
    notable = scope["method"] not in _READING or status >= _WORTH_A_LINE
    log.log(
        logging.INFO if notable else logging.DEBUG,
        "%s %s %d in %.0f ms",
        scope["method"],
        scope["path"],
        status,
        seconds * 1000,
    )
