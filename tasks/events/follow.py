"""What one client is sent: the past it has not seen, then everything that comes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import orjson

from config.settings import settings
from tasks.events.fan_out import FanOut, Listener
from tasks.events.stream import Wanted, read_bounds, read_page

RETRY_MS = 2_000
CHECK_SECONDS = 2.0
"""How often it is asked whether the listener's login still stands."""

LOGIN_ENDED = b"event: session.ended\ndata: {}\n\n"
_OPENING = b":ok\nretry: %d\nid: %d\n\n"
_HEARTBEAT = b":\n\n"


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
        *,
        after: int | None,
        is_welcome: Callable[[], Awaitable[bool]],
    ) -> None:
        self._fan_out, self._wanted, self._after = fan_out, wanted, after
        self._is_welcome = is_welcome
        self._last = 0
        """Position of the last event sent, or known not to be wanted."""

    async def frames(self) -> AsyncGenerator[bytes]:
        """Yield server-sent events until the client's time is up or its login ends."""
        clock = asyncio.get_running_loop().time
        lifetime = settings().events.connection_lifetime
        ends_at = clock() + lifetime.total_seconds()
        yield await self._open()
        async for frames in self._past():
            yield frames
        listener = self._fan_out.listen(self._wanted)
        try:
            async for frames in self._past():
                yield frames
            async for frames in self._present(listener, ends_at=ends_at):
                yield frames
        finally:
            self._fan_out.leave(listener)

    async def _open(self) -> bytes:
        """Say where the client stands, so that it can come back even without events."""
        bounds = await asyncio.to_thread(read_bounds)
        if self._after is None:
            self._last = bounds.newest
            return _OPENING % (RETRY_MS, self._last)
        if bounds.can_follow(self._after):
            self._last = self._after
            return _OPENING % (RETRY_MS, self._last)
        self._last = bounds.newest
        told = orjson.dumps({"last": self._last})
        return _OPENING % (RETRY_MS, self._last) + b"event: reset\ndata: %s\n\n" % told

    async def _past(self) -> AsyncGenerator[bytes]:
        while not self._fan_out.is_closed:
            page = await asyncio.to_thread(read_page, self._wanted, after=self._last)
            self._last = page.last
            if page.frames:
                yield page.frames
            if not page.is_full:
                return

    async def _present(
        self, listener: Listener, *, ends_at: float
    ) -> AsyncGenerator[bytes]:
        clock = asyncio.get_running_loop().time
        heartbeat = settings().events.heartbeat.total_seconds()
        beats_at = clock() + heartbeat
        while True:
            self._last, frames = listener.take(after=self._last)
            if frames:
                beats_at = clock() + heartbeat
                yield frames
            elif clock() >= beats_at:
                beats_at = clock() + heartbeat
                yield self._beat()
            if listener.is_ended or clock() >= ends_at:
                return
            if not await self._is_welcome():
                yield LOGIN_ENDED
                return
            await _wait(listener, seconds=min(CHECK_SECONDS, beats_at - clock()))

    def _beat(self) -> bytes:
        """Return a comment; with a position if events passed that were not wanted."""
        heard = self._fan_out.position or 0
        if heard <= self._last:
            return _HEARTBEAT
        self._last = heard
        return b":\nid: %d\n\n" % heard


async def _wait(listener: Listener, *, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await listener.awake.wait()
    except TimeoutError:
        return
