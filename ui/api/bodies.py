"""What is taken in: bodies of a bounded size, in JSON, under a length that is true."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import settings
from ui.api.bare_paths import CANONICAL
from ui.api.problems import problem_answer

_TAKES_ANYTHING = f"{CANONICAL}/campaigns/tables"
"""Its route reads the body piece by piece, and has a limit of its own."""


class _TooLargeError(Exception):
    """More came than is taken in."""


class BoundedBodies:
    """Answers 413 to a body that is too large and 415 to one that is not JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its body as far as it is taken in."""
        if scope["type"] != "http" or scope["path"] == _TAKES_ANYTHING:
            await self._app(scope, receive, send)
            return
        headers, largest = Headers(scope=scope), settings().limits.largest_body_bytes
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > largest:
            await _too_large(largest)(scope, receive, send)
            return
        has_body = length != "0" or "transfer-encoding" in headers
        if has_body and not is_json(headers.get("content-type", "")):
            await _not_json()(scope, receive, send)
            return
        await self._counted(scope, receive, send, largest=largest)

    async def _counted(
        self, scope: Scope, receive: Receive, send: Send, *, largest: int
    ) -> None:
        taken, is_over, has_begun = 0, False, False

        async def receive_counted() -> Message:
            nonlocal taken, is_over
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                is_over = True
                raise _TooLargeError
            return message

        async def send_unless_over(message: Message) -> None:
            nonlocal has_begun
            # The application may have made an answer of its own out of our exception.
            if is_over and not has_begun:
                return
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_unless_over)
        except _TooLargeError:
            if has_begun:
                raise
        if is_over and not has_begun:
            await _too_large(largest)(scope, receive, send)


def is_json(content_type: str) -> bool:
    """Tell whether a body says that it is JSON (RFC 8259, RFC 6839)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _too_large(largest: int) -> ASGIApp:
    return problem_answer(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        error="body_too_large",
        message=f"the body of a request may have {largest:,} bytes; send less at once",
        details={"largestBytes": largest},
        headers={"Connection": "close"},
    )


def _not_json() -> ASGIApp:
    return problem_answer(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        error="unsupported_media_type",
        message="send JSON, with the header Content-Type: application/json",
        headers={"Accept": "application/json"},
    )
