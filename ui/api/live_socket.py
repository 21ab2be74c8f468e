"""One WebSocket that follows events: a sender, and a receiver beside it."""

import asyncio
import logging
from collections import deque
from contextlib import aclosing, suppress
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from config.errors import ApplicationError
from config.settings import settings
from tasks.accounts.schemas import Caller
from tasks.campaigns.repository import get_campaign
from tasks.database import transaction
from tasks.events.fan_out import FanOut
from tasks.events.follow import Ending, Follower
from tasks.events.forms import SOCKET_MESSAGES
from ui.api.live_rooms import (
    PLAIN_PING,
    PLAIN_PONG,
    ClientMessage,
    MessageBudget,
    Rooms,
    read_client_message,
)
from ui.api.live_standing import LoginStanding

log = logging.getLogger(__name__)

STALLED_SECONDS = 10.0
"""A client that is overrun and still takes nothing after this is let go of."""


class Close(NamedTuple):
    """With which code a connection ends, and a word for whoever reads it."""

    code: int
    reason: str


class Switch(NamedTuple):
    """Other rooms, from now on or from an earlier event."""

    message: ClientMessage
    rooms: Rooms


NOT_TEXT = Close(1003, "messages are text")
LOGIN_ENDED = Close(1008, "the login has ended")
TOO_MANY_MESSAGES = Close(1008, "too many messages")
TOO_LARGE = Close(1009, "the message is too large")
BROKEN = Close(1011, "something went wrong here")
COME_BACK = Close(1012, "come back with last_event_id")
TOO_SLOW = Close(1013, "too slow; come back with last_event_id")
GONE = Close(1000, "")

_CLOSES = {
    Ending.LOGIN: LOGIN_ENDED,
    Ending.OVERRUN: TOO_SLOW,
    Ending.RETURN: COME_BACK,
}
"""Codes of RFC 6455, section 7.4.1, and of IANA's registry (1012, 1013)."""


class LiveSocket:
    """
    An accepted connection, from its first message to its close.

    The sender alone tells events, so their order is the log's. The receiver answers
    what the client says; it sends before it reads on, so a client that does not read
    its answers is not read either.
    """

    def __init__(
        self,
        socket: WebSocket,
        caller: Caller,
        *,
        fan_out: FanOut,
        standing: LoginStanding,
        rooms: Rooms,
        types: frozenset[str],
    ) -> None:
        self._socket, self._caller = socket, caller
        self._fan_out, self._standing = fan_out, standing
        self._rooms, self._asked_rooms, self._types = rooms, rooms, types
        self._switches: deque[Switch] = deque()
        self._was_overrun = False
        self._follower = self._follow(after=None)

    async def serve(self, *, after: int | None) -> Close:
        """Send and receive until either ends; return how the connection was closed."""
        self._follower = self._follow(after=after)
        sending = asyncio.create_task(self._send_events())
        receiving = asyncio.create_task(self._receive_messages())
        try:
            while not (sending.done() or receiving.done() or self._is_stalled(sending)):
                await asyncio.wait(
                    {sending, receiving},
                    timeout=STALLED_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            ended = next((task for task in (receiving, sending) if task.done()), None)
            close = _outcome(ended) if ended else TOO_SLOW
        finally:
            for task in (sending, receiving):
                task.cancel()
            await asyncio.wait({sending, receiving})
        await self._close(close)
        return close

    def _is_stalled(self, sending: asyncio.Task[Close]) -> bool:
        """Return whether the client was overrun at the last look, and still is."""
        was, self._was_overrun = self._was_overrun, self._follower.is_overrun
        return was and self._was_overrun and not sending.done()

    def _follow(self, *, after: int | None) -> Follower:
        return Follower(
            self._fan_out,
            self._rooms.wanted(self._types),
            SOCKET_MESSAGES,
            after=after,
            is_welcome=self._is_welcome,
        )

    async def _is_welcome(self) -> bool:
        return await self._standing.may_follow(self._caller)

    async def _send_events(self) -> Close:
        opening = {"type": "ready", "data": {"topics": self._rooms.topics}}
        while True:
            last, is_reset = await self._follower.open()
            await self._say(**opening, id=last)
            if is_reset:
                await self._say(type="reset", id=last)
            async with aclosing(self._follower.frames()) as pieces:
                async for frames in pieces:
                    for frame in frames:
                        await self._socket.send_text(frame.decode())
            if self._follower.ending is not Ending.LEFT:
                return _CLOSES[self._follower.ending]
            opening = self._switch(self._switches.popleft())

    def _switch(self, switch: Switch) -> dict[str, Any]:
        """Follow in other rooms, without a gap; return what to say about it."""
        message, self._rooms = switch
        wish = message.last_event_id
        self._follower = self._follow(
            after=wish if wish is not None else self._follower.last
        )
        if self._switches:
            self._follower.leave()
        told = {"type": f"{message.type}d", "data": {"topics": self._rooms.topics}}
        return told if message.id is None else told | {"replyTo": message.id}

    async def _receive_messages(self) -> Close:
        section = settings().events
        clock = asyncio.get_running_loop().time
        budget = MessageBudget(per_minute=section.socket_messages_per_minute)
        while True:
            heard = await self._socket.receive()
            if heard["type"] == "websocket.disconnect":
                return GONE
            text = heard.get("text")
            if text is None:
                return NOT_TEXT
            if len(text.encode()) > section.largest_socket_message:
                return TOO_LARGE
            if not budget.take(now=clock()):
                return TOO_MANY_MESSAGES
            await self._answer(text)

    async def _answer(self, text: str) -> None:
        if text == PLAIN_PING:
            await self._socket.send_text(PLAIN_PONG)
            return
        message = None
        try:
            message = read_client_message(text)
            await self._obey(message)
        except ApplicationError as error:
            data = {
                "error": error.code,
                "message": error.message,
                "details": error.details,
            }
            await self._reply(message, type="error", data=data)

    async def _obey(self, message: ClientMessage) -> None:
        if message.type == "ping":
            await self._reply(message, type="pong")
            return
        if message.type == "subscribe":
            rooms = self._asked_rooms.join(message.room)
            for campaign_id in (rooms.campaign_ids or set()) - (
                self._asked_rooms.campaign_ids or set()
            ):
                await run_in_threadpool(require_campaign, campaign_id)
        else:
            rooms = self._asked_rooms.leave(message.room)
        self._asked_rooms = rooms
        self._switches.append(Switch(message, rooms))
        self._follower.leave()

    async def _reply(self, to: ClientMessage | None, **said: Any) -> None:
        if to is not None and to.id is not None:
            said["replyTo"] = to.id
        await self._say(**said)

    async def _say(self, **said: Any) -> None:
        await self._socket.send_text(orjson.dumps(said).decode())

    async def _close(self, close: Close) -> None:
        """Say why, unless the client is gone; do not wait for one that is stalled."""
        if close is GONE:
            return
        with suppress(WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(1):
                await self._socket.close(close.code, close.reason)


def require_campaign(campaign_id: UUID) -> None:
    """Return if there is such a campaign; raise NotFoundError if not."""
    with transaction() as session:
        get_campaign(session, campaign_id)


def _outcome(task: asyncio.Task[Close]) -> Close:
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, WebSocketDisconnect):
        return GONE
    log.error("a live connection failed", exc_info=error)
    return BROKEN
