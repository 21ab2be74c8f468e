"""What one client is sent: the past it has not seen, then everything that comes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import StrEnum
from typing import NamedTuple

import orjson

from config.settings import settings
from tasks.events.fan_out import FanOut, Listener
from tasks.events.forms import Form
from tasks.events.stream import Wanted, read_bounds, read_page

RETRY_MS = 2_000
CHECK_SECONDS = 2.0
"""How often it is asked whether the listener's login still stands."""

LOGIN_ENDED = b"event: session.ended\ndata: {}\n\n"
_OPENING = b":ok\nretry: %d\nid: %d\n\n"


class Ending(StrEnum):
    """Why a client is sent no more."""

    LOGIN = "its login has ended"
    OVERRUN = "it was too slow, and comes back with the last id it saw"
    RETURN = "it comes back with the last id it saw"
    LEFT = "it was told to leave"


class Opening(NamedTuple):
    """Where a client stands at first, and whether events it had not seen are gone."""

    last: int
    is_reset: bool


class Follower:
    """
    One client of the event stream.

    It gets every wanted event after `after` once and in order. It listens before it
    reads the last page of the past, and what comes by both ways is dropped by
    position, so nothing falls between the two.
    """

    def __init__(
        self,
        fan_out: FanOut,
        wanted: Wanted,
        form: Form,
        *,
        after: int | None,
        is_welcome: Callable[[], Awaitable[bool]],
    ) -> None:
        self._fan_out, self._wanted, self._form = fan_out, wanted, form
        self._after, self._is_welcome = after, is_welcome
        self._listener: Listener | None = None
        self._is_left = False
        self.last = 0
        """Position of the last event sent, or known not to be wanted."""

        self.ending = Ending.RETURN
        """Why it ended; means something once `frames` has."""

    @property
    def is_overrun(self) -> bool:
        """Whether more waits for the client than it is allowed to let wait."""
        return self._listener is not None and self._listener.is_overrun

    def leave(self) -> None:
        """Have `frames` end, after what it has handed out already."""
        self._is_left = True
        if self._listener is not None:
            self._listener.awake.set()

    async def open(self) -> Opening:
        """Find out where the client stands, so that it can come back without events."""
        after, heard = self._after, self._fan_out.position
        if heard is not None and after in {None, heard}:  # nothing to ask the table
            self.last = heard
            return Opening(heard, is_reset=False)
        bounds = await asyncio.to_thread(read_bounds)
        can_follow = after is not None and bounds.can_follow(after)
        self.last = after if after is not None and can_follow else bounds.newest
        return Opening(self.last, is_reset=after is not None and not can_follow)

    async def frames(self) -> AsyncGenerator[list[bytes]]:
        """Yield frames, some at a time, until its time is up or its login ends."""
        lifetime = settings().events.connection_lifetime.total_seconds()
        ends_at = asyncio.get_running_loop().time() + lifetime
        async for frames in self._past():
            yield frames
        listener = self._listener = self._fan_out.listen(self._wanted, self._form)
        try:
            async for frames in self._past():
                yield frames
            if self._is_left or self._fan_out.is_closed:
                # Perhaps not all of the past was read: what was heard may lie beyond.
                self.ending = self._why_now(listener)
                return
            async for frames in self._present(listener, ends_at=ends_at):
                yield frames
        finally:
            self._fan_out.leave(listener)

    async def _past(self) -> AsyncGenerator[list[bytes]]:
        while self._is_behind() and not self._is_left:
            page = await asyncio.to_thread(
                read_page, self._wanted, self._form, after=self.last
            )
            self.last = page.last
            if page.frames:
                yield page.frames
            if not page.is_full:
                return

    def _is_behind(self) -> bool:
        """Return whether the table may hold events that a listener would not hear."""
        heard = self._fan_out.position
        return not self._fan_out.is_closed and (heard is None or self.last < heard)

    async def _present(
        self, listener: Listener, *, ends_at: float
    ) -> AsyncGenerator[list[bytes]]:
        clock = asyncio.get_running_loop().time
        heartbeat = settings().events.heartbeat.total_seconds()
        beats_at, asks_at = clock() + heartbeat, clock()
        while True:
            self.last, frames = listener.take(after=self.last)
            now = clock()
            if not frames and now >= beats_at:
                frames = [self._beat()]
            if frames:
                beats_at = now + heartbeat
                yield frames
            if self._is_left or listener.is_ended or now >= ends_at:
                self.ending = self._why_now(listener)
                return
            if now >= asks_at:
                asks_at = now + CHECK_SECONDS
                if not await self._is_welcome():
                    self.ending = Ending.LOGIN
                    return
            await listener.awake.wait()

    def _why_now(self, listener: Listener) -> Ending:
        if self._is_left:
            return Ending.LEFT
        return Ending.OVERRUN if listener.is_overrun else Ending.RETURN

    def _beat(self) -> bytes:
        """Return a beat; with a position if events passed that were not wanted."""
        heard = self._fan_out.position or 0
        if heard <= self.last:
            return self._form.beat(None)
        self.last = heard
        return self._form.beat(heard)


async def server_sent(follower: Follower) -> AsyncGenerator[bytes]:
    """Yield what a client of `text/event-stream` is sent, from `:ok` to its end."""
    last, is_reset = await follower.open()
    opening = _OPENING % (RETRY_MS, last)
    if is_reset:
        told = orjson.dumps({"last": last})
        opening += b"event: reset\ndata: %s\n\n" % told
    yield opening
    async with aclosing(follower.frames()) as pieces:
        async for frames in pieces:
            yield b"".join(frames)
    if follower.ending is Ending.LOGIN:
        yield LOGIN_ENDED
