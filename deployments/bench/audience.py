"""
python -m deployments.bench.audience: many clients that follow the events, lightly.

A process of its own. Its wish comes as one line of JSON; it writes `ready` once all
clients are told where they stand, and its figures when all have heard the last event.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import uvloop
from typing_extensions import override

from deployments.bench.requester import rank

FRAME_END = b"\n\n"
UPDATE = b"\nevent: update\n"
SENT_AT, LAST = b'"sentAt":', b'"last":true'
TIMED_EVERY = 10


@dataclass
class Wish:
    """How many clients, and where."""

    host: str
    port: int
    path: str
    token: str
    clients: int
    longest_seconds: float


@dataclass
class Heard:
    """What all clients heard together."""

    seconds: list[float] = field(default_factory=list)
    """From before the commit to the client, of each delivery to a timed client."""

    deliveries: int = 0
    out_of_order: int = 0
    last_at: float = 0.0


class Client(asyncio.Protocol):
    """
    One follower, which checks that positions come without a gap.

    Only a timed one reads every event: the others must cost little, or their own work
    would be what is measured.
    """

    def __init__(self, request: bytes, heard: Heard, *, is_timed: bool) -> None:
        self._request, self._heard, self._is_timed = request, heard, is_timed
        self._held, self._position = b"", -1
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[None] = loop.create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast("asyncio.Transport", transport).write(self._request)

    @override
    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole."""
        now = time.time()
        whole, ended, self._held = (self._held + data).rpartition(FRAME_END)
        _, found, rest = (b"\n" + whole).rpartition(b"\nid: ")
        if not (ended and found):
            self._held = whole + ended + self._held
            return
        position = int(rest.partition(b"\n")[0])
        if not self.ready.done():
            opening = whole.partition(b"\nid: ")[2]
            self._position = int(opening.partition(b"\n")[0])
            self.ready.set_result(None)
        events = whole.count(UPDATE)
        self._heard.deliveries += events
        self._heard.out_of_order += position != self._position + events
        self._position = position
        if self._is_timed:
            self._heard.seconds += [now - sent for sent in times_in(whole)]
        if LAST in whole and not self.done.done():
            self._heard.last_at = max(self._heard.last_at, now)
            self.done.set_result(None)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever still waits."""
        for waiting in (self.ready, self.done):
            if not waiting.done():
                waiting.set_exception(ConnectionError(self._held.decode()[:200]))


def times_in(frames: bytes) -> list[float]:
    """Return when each event of some frames was sent, in seconds since 1970."""
    said = frames.split(SENT_AT)[1:]
    return [float(one.partition(b",")[0].rstrip(b"}")) for one in said]


async def follow(wish: Wish) -> dict[str, Any]:
    """Connect, say that all are ready, follow to the last event, return the figures."""
    request = (
        f"GET {wish.path} HTTP/1.1\r\nHost: {wish.host}:{wish.port}\r\n"
        f"Authorization: Bearer {wish.token}\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    loop, heard = asyncio.get_running_loop(), Heard()
    async with asyncio.timeout(wish.longest_seconds):
        opened = [
            await loop.create_connection(
                partial(Client, request, heard, is_timed=number % TIMED_EVERY == 0),
                wish.host,
                wish.port,
            )
            for number in range(wish.clients)
        ]
        await asyncio.gather(*(client.ready for _, client in opened))
        print("ready", flush=True)  # noqa: T201 - the other side waits for it
        await asyncio.gather(*(client.done for _, client in opened))
    ordered = sorted(heard.seconds)
    return {
        "deliveries": heard.deliveries,
        "out_of_order": heard.out_of_order,
        "last_at": heard.last_at,
        "p50": rank(ordered, 0.50),
        "p99": rank(ordered, 0.99),
        "highest": ordered[-1],
    }


def main() -> None:
    """Read a wish, follow, and write the figures."""
    wish = Wish(**json.loads(sys.stdin.readline()))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(follow(wish))))  # noqa: T201 - this is its answer


if __name__ == "__main__":
    main()
