"""One reader of the Redis stream a process, and all who listen to it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from config.connections import redis_url
from config.settings import settings
from tasks.events.stream import Wanted, read_bounds, write_frame

log = logging.getLogger(__name__)

_LONGEST_READ_MS = 2_000
_PAUSE_AFTER_FAILURE_SECONDS = 1.0


class Listener:
    """One client's queue of frames; it ends rather than grow without bound."""

    def __init__(self, wanted: Wanted, *, limit: int) -> None:
        self.wanted = wanted
        self.is_ended = False
        self.awake = asyncio.Event()
        self._limit = limit
        self._frames: deque[tuple[int, bytes]] = deque()

    def hear(self, position: int, frame: bytes) -> None:
        """Take one more frame, or end if too many wait."""
        if len(self._frames) >= self._limit:
            self.end()
        if not self.is_ended:  # after its end there would be a gap
            self._frames.append((position, frame))
            self.awake.set()

    def end(self) -> None:
        """Let the client go; it comes back and says what it saw last."""
        self.is_ended = True
        self.awake.set()

    def take(self, *, after: int) -> tuple[int, bytes]:
        """Return all waiting frames after a position in one piece, and the last's."""
        self.awake.clear()
        fresh = [(place, frame) for place, frame in self._frames if place > after]
        self._frames.clear()
        return (fresh[-1][0] if fresh else after), b"".join(f for _, f in fresh)


class FanOut:
    """
    Reads each event once and hands the same bytes to everybody who wants it.

    Positions have no gaps. Where the stream shows one (it was cut while Redis was
    away), every listener is ended and comes back to read the table.
    """

    def __init__(self) -> None:
        self.position: int | None = None
        """Position of the newest event heard; None before the first contact."""

        self.is_closed = False
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None

    def listen(self, wanted: Wanted) -> Listener:
        """Return a listener that hears of every event from now on."""
        listener = Listener(wanted, limit=settings().events.client_queue)
        if self.is_closed:
            listener.end()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self._listeners.discard(listener)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def open(self) -> None:
        """Start reading, in the running loop."""
        self._reader = asyncio.create_task(self._read_forever(), name="event-fan-out")

    def end_all(self) -> None:
        """End every listener and take no more; safe to call twice."""
        self.is_closed = True
        self._end_listeners()

    async def close(self) -> None:
        """Stop reading."""
        self.end_all()
        while self._reader is not None and not self._reader.done():
            self._reader.cancel()  # lost if an answer of Redis comes at that moment
            await asyncio.wait({self._reader}, timeout=_PAUSE_AFTER_FAILURE_SECONDS)

    async def _read_forever(self) -> None:
        while not self.is_closed:
            try:
                await self._read()
            except Exception as lost:  # noqa: BLE001 - it must never stop by itself
                log.warning("the event stream is away, trying again: %s", lost)
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)

    async def _read(self) -> None:
        section = settings().events
        portion = max(1, section.client_queue // 4)
        async with Redis.from_url(redis_url()) as redis:
            if self.position is None:
                self.position = await _newest_position(redis, section.stream)
                self._end_listeners()  # they may have missed what came before it
            while not self.is_closed:
                answer = await redis.xread(
                    {section.stream: f"{self.position}-0"},
                    count=portion,
                    block=_LONGEST_READ_MS,
                )
                for entry_id, fields in _entries(answer):
                    self._tell(int(entry_id.split(b"-", 1)[0]), fields[b"event"])
                await asyncio.sleep(0)  # let the listeners empty their queues

    def _tell(self, position: int, event: bytes) -> None:
        heard = self.position or 0
        if position <= heard:
            return
        self.position = position
        if position != heard + 1:
            log.warning(
                "events %d to %d are not in the stream", heard + 1, position - 1
            )
            self._end_listeners()
            return
        told, frame = orjson.loads(event), write_frame(position, event)
        kind, campaign_id = told["type"], told.get("campaignId")
        for listener in self._listeners:
            if listener.wanted.includes(kind, campaign_id):
                listener.hear(position, frame)

    def _end_listeners(self) -> None:
        for listener in self._listeners:
            listener.end()


async def _newest_position(redis: Redis, stream: str) -> int:
    newest = await cast(
        "Awaitable[list[tuple[bytes, Any]]]", redis.xrevrange(stream, count=1)
    )
    if newest:
        return int(newest[0][0].split(b"-", 1)[0])
    return (await asyncio.to_thread(read_bounds)).newest


def _entries(answer: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """Return the entries of the one stream that was read; none if nothing came."""
    return answer[0][1] if answer else []
