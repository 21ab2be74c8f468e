"""One reader of the Redis stream a process, and all who listen to it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable
from typing import Any, cast
from uuid import UUID

import orjson
from redis.asyncio import Redis

from config.connections import redis_url
from config.settings import settings
from tasks.events.forms import Form, Told
from tasks.events.stream import Wanted, read_bounds

log = logging.getLogger(__name__)

PULSE_SECONDS = 1.0
"""Every listener is woken this often, to see to what time brings: beats, checks."""

_LONGEST_READ_MS = 2_000
_PAUSE_AFTER_FAILURE_SECONDS = 1.0


class Listener:
    """One client's queue of frames; it ends rather than grow without bound."""

    def __init__(self, wanted: Wanted, form: Form, *, limit: int) -> None:
        self.wanted, self.form = wanted, form
        self.is_ended = False
        self.is_overrun = False
        """Whether it ended because too many frames waited."""

        self.awake = asyncio.Event()
        self._limit = limit
        self._frames: deque[tuple[int, bytes]] = deque()

    def hear(self, position: int, frame: bytes) -> None:
        """Take one more frame, or end if too many wait."""
        if len(self._frames) >= self._limit:
            self.is_overrun = True
            self.end()
        if not self.is_ended:  # after its end there would be a gap
            self._frames.append((position, frame))
            self.awake.set()

    def end(self) -> None:
        """Let the client go; it comes back and says what it saw last."""
        self.is_ended = True
        self.awake.set()

    def take(self, *, after: int) -> tuple[int, list[bytes]]:
        """Return all waiting frames after a position, and the last's position."""
        self.awake.clear()
        last, frames = after, []
        for position, frame in self._frames:
            if position > after:
                last = position
                frames.append(frame)
        self._frames.clear()
        return last, frames


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
        self._at_work: tuple[asyncio.Task[None], ...] = ()

    def listen(self, wanted: Wanted, form: Form) -> Listener:
        """Return a listener that hears of every event from now on."""
        listener = Listener(wanted, form, limit=settings().events.client_queue)
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

    def listeners_in(self, form: Form) -> int:
        """Return how many listen in one form now."""
        return sum(listener.form is form for listener in self._listeners)

    def open(self) -> None:
        """Start reading, in the running loop."""
        self._at_work = (
            asyncio.create_task(self._read_forever(), name="event-fan-out"),
            asyncio.create_task(self._pulse(), name="event-pulse"),
        )

    def end_all(self) -> None:
        """End every listener and take no more; safe to call twice."""
        self.is_closed = True
        self._end_listeners()

    async def close(self) -> None:
        """Stop reading."""
        self.end_all()
        while working := {task for task in self._at_work if not task.done()}:
            for task in working:
                task.cancel()  # lost if an answer of Redis comes at that moment
            await asyncio.wait(working, timeout=_PAUSE_AFTER_FAILURE_SECONDS)

    async def _pulse(self) -> None:
        """Wake everybody now and then: cheaper than a timer for each at each event."""
        beat = settings().events.heartbeat.total_seconds()
        while True:
            await asyncio.sleep(min(PULSE_SECONDS, beat))
            for listener in self._listeners:
                listener.awake.set()

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
                    told = _read_told(entry_id, fields)
                    self._tell(told)
                    if told.size > 1:
                        await asyncio.sleep(0)
                await asyncio.sleep(0)  # let the listeners empty their queues

    def _tell(self, told: Told) -> None:
        heard = self.position or 0
        if told.position <= heard:
            return
        self.position = told.position
        if told.first != heard + 1:
            log.warning(
                "events %d to %d are not in the stream", heard + 1, told.first - 1
            )
            self._end_listeners()
            return
        wanting = [one for one in self._listeners if one.wanted.includes(told)]
        if wanting:
            for one in told.apart():
                _hand_out(one, wanting)

    def _end_listeners(self) -> None:
        for listener in self._listeners:
            listener.end()


def _hand_out(told: Told, listeners: list[Listener]) -> None:
    written: dict[Form, bytes] = {}
    for listener in listeners:
        frame = written.get(listener.form)
        if frame is None:
            frame = written[listener.form] = listener.form.write(told)
        listener.hear(told.position, frame)


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


def _read_told(entry_id: bytes, fields: dict[bytes, bytes]) -> Told:
    event = fields[b"event"]
    told, account = orjson.loads(event), fields.get(b"account")
    campaign = told.get("campaignId")
    return Told(
        position=int(entry_id.split(b"-", 1)[0]),
        kind=told["type"],
        campaign_id=UUID(campaign) if campaign else None,
        account_id=UUID(account.decode()) if account else None,
        event=event,
        size=int(fields.get(b"size", 1)),
        alike=fields.get(b"alike", b""),
    )
