"""A request repeated under its Idempotency-Key is done once and answered the same."""

import hashlib
import logging
import re
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.clock import now
from config.errors import ApplicationError, InvalidError
from tasks.kept_answers.keep import claim_key, keep_answer, release_key, require_same
from tasks.kept_answers.routes import holds_secret, takes_key
from tasks.kept_answers.schemas import KeptAnswerContent, KeyedRequest
from ui.api.auth import find_caller
from ui.api.bare_paths import CANONICAL
from ui.api.problems import answer_error

log = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_FORM = r"^[\x21-\x7e]{1,200}$"


def _name_key(
    _key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            pattern=_FORM,
            description="A word of the caller's own: a repeat with the same one is "
            "done once, and answered as the first.",
        ),
    ] = None,
) -> None:
    """Say in the OpenAPI that a route takes the header; `KeptAnswers` reads it."""


TAKES_KEY = Depends(_name_key)


class KeptAnswers:
    """
    Gives the kept answer to a repeat; lies inside of everything that may refuse.

    Only an answer of 2xx is kept. Whatever else comes of a request, nothing was done
    that counts, and the key is free again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        keyed = None
        try:
            if scope["type"] == "http":
                keyed = await _find_key(scope)
            if keyed is None:
                await self._app(scope, receive, send)
                return
            held = await run_in_threadpool(claim_key, keyed, now=now())
            heard = _Heard(receive, scope["query_string"])
            if isinstance(held, UUID):
                await self._do(scope, heard, send, (keyed, held))
                return
            answer = await _repeat(held, heard)
        except ApplicationError as refusal:
            answer = answer_error(refusal)
        await answer(scope, receive, send)

    async def _do(
        self,
        scope: Scope,
        heard: "_Heard",
        send: Send,
        claim: tuple[KeyedRequest, UUID],
    ) -> None:
        """Let the request be done, keep its answer, then send it."""
        sent: list[Message] = []

        async def collect(message: Message) -> None:
            sent.append(message)

        try:
            await self._app(scope, heard, collect)
        except Exception:
            await run_in_threadpool(release_key, *claim)
            raise
        await _settle(claim, sent, heard, secret=holds_secret(_bare(scope["path"])))
        for message in sent:
            await send(message)


class _Heard:
    """Hands a body on and knows what it said, without holding it."""

    def __init__(self, receive: Receive, query: bytes) -> None:
        self._receive = receive
        self._digest = hashlib.sha256(query + b"\n")
        self._is_over = False

    async def __call__(self) -> Message:
        """Return the next part of the request."""
        message = await self._receive()
        self._digest.update(message.get("body", b""))
        self._is_over = not message.get("more_body", False)
        return message

    async def request_hash(self) -> str:
        """Hear the request out and return the SHA-256 of what it said."""
        while not self._is_over:
            await self()
        return self._digest.hexdigest()


async def _find_key(scope: Scope) -> KeyedRequest | None:
    method, path = scope["method"], scope["path"]
    key = Headers(scope=scope).get(HEADER)
    if key is None or not takes_key(method, _bare(path)):
        return None
    if not re.fullmatch(_FORM, key):
        raise InvalidError(
            "an Idempotency-Key has 1 to 200 characters of ASCII without spaces",
            field=HEADER,
        )
    try:
        caller, _ = await find_caller(HTTPConnection(scope))
    except ApplicationError:
        return None  # the route refuses it in its own words
    return KeyedRequest(caller.account_id, f"{method} {path}", key)


async def _repeat(kept: KeptAnswerContent, heard: _Heard) -> Response:
    content = require_same(kept, request_hash=await heard.request_hash())
    return Response(
        content,
        status_code=kept.status,
        media_type=kept.media_type or None,
        headers={REPLAYED: "true"},
    )


async def _settle(
    claim: tuple[KeyedRequest, UUID],
    sent: list[Message],
    heard: _Heard,
    *,
    secret: bool,
) -> None:
    """Keep the answer, or free the key; what was done stays done if that fails."""
    status, headers = sent[0]["status"], Headers(raw=sent[0]["headers"])
    try:
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            await run_in_threadpool(release_key, *claim)
            return
        shown_once = secret or "no-store" in headers.get("cache-control", "")
        answer = KeptAnswerContent(
            request_hash=await heard.request_hash(),
            status=status,
            media_type=headers.get("content-type", ""),
            content=None
            if shown_once
            else b"".join(message.get("body", b"") for message in sent),
        )
        await run_in_threadpool(keep_answer, *claim, answer, now=now())
    except Exception:
        log.exception("an answer could not be kept for a repeat of its request")


def _bare(path: str) -> str:
    return path.removeprefix(CANONICAL)
