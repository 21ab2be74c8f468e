"""The gate in front of the console: nobody passes without a login that stands."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.errors import ApplicationError, OutsideError
from tasks.accounts.logins import refresh_login
from tasks.accounts.schemas import Caller
from tasks.accounts.tokens import Claims, InvalidTokenError, issue_console_token
from ui.api.auth import device_of, find_caller_by_claims, find_caller_by_token
from ui.api.cookies import (
    clear_login_cookies,
    cookie_names,
    set_login_cookies,
    without_cookies,
)
from ui.api.problems import answer_error

log = logging.getLogger(__name__)

IDENTITY_PREFIX = b"x-muster-"
TOKEN_HEADER = "x-muster-console"  # noqa: S105 - the name of a header
IDENTITY = {"x-muster-sub": "sub", "x-muster-sid": "sid", "x-muster-roles": "roles"}
"""Header -> member of `st.user`; equal as long as the login and its roles are."""

CHECK_SECONDS = 3.0
"""How often an open connection of the console is held against its login."""

_OPEN_TO_ALL = ("/console/_stcore/health", "/console/_stcore/host-config")
_BUNDLE = "/console/static/"
_POLICY_VIOLATION = 1008


class ConsoleGate:
    """
    Lets a browser through to Streamlit only with a good access cookie.

    The script behind learns who it is from headers that only this gate can set, and
    never sees the cookies. Whoever opens a page with an access token that is over, but
    a refresh token that is good, gets new ones and the page.
    """

    def __init__(self, console: ASGIApp) -> None:
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a connection through, or answer in the console's place."""
        connection = HTTPConnection(scope)
        try:
            caller = await _find_caller(connection)
        except ApplicationError as error:
            if scope["type"] == "http" and _is_open_to_all(scope["path"]):
                await self._console(inside_scope(scope, {}), receive, send)
            else:
                await _refuse(connection, error, receive, send)
            return
        inside = inside_scope(scope, identity_headers(caller))
        if scope["type"] == "http":
            await self._console(inside, receive, send)
        else:
            await self._watched(caller, inside, receive, send)

    async def _watched(
        self, caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Pass a connection on for as long as its login stands."""
        ended = asyncio.create_task(_wait_for_end(caller))
        heard: asyncio.Task[Message] | None = None

        async def receive_while_welcome() -> Message:
            nonlocal heard
            heard = heard or asyncio.ensure_future(_as_coroutine(receive))
            await asyncio.wait({heard, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not heard.done():
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
            message, heard = heard.result(), None
            return message

        try:
            await self._console(scope, receive_while_welcome, send)
        finally:
            ended.cancel()
            if heard is not None:
                heard.cancel()


def identity_headers(caller: Caller) -> dict[str, str]:
    """
    Return what the console's scripts learn of a person.

    The same for as long as the login and its roles are: Streamlit takes a browser that
    reconnects back to its screen only then.
    """
    claims = Claims(caller.account_id, caller.login_id)
    return {
        "x-muster-sub": str(caller.account_id),
        "x-muster-sid": str(caller.login_id),
        "x-muster-roles": ",".join(sorted(caller.roles)),
        TOKEN_HEADER: issue_console_token(claims),
    }


def login_address(path: str, query: str, *, expired: bool = False) -> str:
    """Return where to sign in, with the page to come back to, and why if it ended."""
    wish = f"{path}?{query}" if query else path
    reason = "reason=expired&" if expired else ""
    return f"/login?{reason}next={quote(wish, safe='/')}"


async def _find_caller(connection: HTTPConnection) -> Caller:
    token = connection.cookies.get(cookie_names().access)
    if not token:
        raise InvalidTokenError("you are not signed in")
    return await find_caller_by_token(token)


async def _refuse(
    connection: HTTPConnection, error: ApplicationError, receive: Receive, send: Send
) -> None:
    scope = connection.scope
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    if isinstance(error, OutsideError) or not _is_navigation(connection):
        answer: Response = answer_error(error)
    else:
        answer = await _take_back_in(connection)
    await answer(scope, receive, send)


async def _take_back_in(connection: HTTPConnection) -> Response:
    """Answer a navigation with new tokens and the same page, or with the way in."""
    path, query = connection.url.path, connection.url.query
    token = connection.cookies.get(cookie_names().refresh)
    if token:
        try:
            device = device_of(connection)
            opened = await run_in_threadpool(refresh_login, token, device=device)
        except InvalidTokenError:
            log.info("a refresh token that is not good any more")
        except OutsideError as away:
            return answer_error(away)
        else:
            same = RedirectResponse(
                f"{path}?{query}" if query else path, HTTPStatus.SEE_OTHER
            )
            set_login_cookies(same, opened.tokens)
            return same
    expired = any(name in connection.cookies for name in cookie_names())
    answer = RedirectResponse(
        login_address(path, query, expired=expired), HTTPStatus.SEE_OTHER
    )
    clear_login_cookies(answer)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_open_to_all(path: str) -> bool:
    return path in _OPEN_TO_ALL or path.startswith(_BUNDLE)


def _is_navigation(connection: HTTPConnection) -> bool:
    """Tell a person who opens a page from what a page fetches by itself."""
    if connection.scope["method"] != "GET" or "/_stcore/" in connection.url.path:
        return False
    mode = connection.headers.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in connection.headers.get("accept", "")


def inside_scope(scope: Scope, added: dict[str, str]) -> Scope:
    """Return the scope without our cookies and foreign identities, with ours."""
    kept = []
    for name, value in scope["headers"]:
        if name.startswith(IDENTITY_PREFIX):
            continue
        if name == b"cookie":
            rest = without_cookies(value.decode("latin-1"), cookie_names())
            kept.append((name, rest.encode("latin-1")))
        else:
            kept.append((name, value))
    kept += [(name.encode(), value.encode()) for name, value in added.items()]
    return {**scope, "headers": kept}


async def _wait_for_end(caller: Caller) -> None:
    claims = Claims(caller.account_id, caller.login_id)
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        try:
            await find_caller_by_claims(claims)
        except InvalidTokenError:
            return
        except ApplicationError as unsure:
            log.warning("a login could not be checked: %s", unsure.message)


async def _as_coroutine(receive: Callable[[], Awaitable[Message]]) -> Message:
    return await receive()
