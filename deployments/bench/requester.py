"""
python -m deployments.bench.requester: a light HTTP client that asks one thing, often.

A process of its own, so that its CPU is not the measured one's. Its wish comes as JSON
on standard input (the token stays out of the process list), its answer as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Any, cast

import uvloop
from typing_extensions import override

LONGEST_ANSWER_SECONDS = 20.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass
class Wish:
    """What to ask, over how many connections, for how long."""

    host: str
    port: int
    path: str
    token: str
    connections: int
    seconds: float


@dataclass
class Tally:
    """Seconds of every answer, and the first that was not one."""

    ends_at: float
    seconds: list[float] = field(default_factory=list)
    failure: str | None = None


class Requester(asyncio.Protocol):
    """One kept connection: asks again as soon as the answer is there."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self._request, self._tally = request, tally
        self._transport: asyncio.Transport | None = None
        self._held = b""
        self._asked_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask(self._transport)

    @override
    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer; if it is whole, note it and ask again."""
        self._held += data
        transport = self._transport
        if transport is None or not is_whole(self._held):
            return
        now, answer, self._held = perf_counter(), self._held, b""
        self._tally.seconds.append(now - self._asked_at)
        if not answer.startswith(b"HTTP/1.1 %d" % HTTPStatus.OK):
            self._tally.failure = answer[:300].decode(errors="replace")
        if now >= self._tally.ends_at or self._tally.failure:
            transport.close()
        else:
            self._ask(transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Be done."""
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self, transport: asyncio.Transport) -> None:
        self._asked_at = perf_counter()
        transport.write(self._request)


def is_whole(answer: bytes) -> bool:
    """Return whether an answer with a Content-Length has come to its end."""
    head_ends = answer.find(_HEAD_END)
    if head_ends < 0:
        return False
    said = answer[:head_ends].lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
    return len(answer) >= head_ends + len(_HEAD_END) + int(said or b"0")


def rank(ascending: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed (nearest rank)."""
    place = -int(-share * len(ascending) // 1) - 1
    return ascending[max(place, 0)]


async def ask_often(wish: Wish) -> dict[str, Any]:
    """Ask over all connections until the time is up; return the figures."""
    request = (
        f"GET {wish.path} HTTP/1.1\r\nHost: {wish.host}:{wish.port}\r\n"
        f"Authorization: Bearer {wish.token}\r\nAccept: application/json\r\n\r\n"
    ).encode()
    loop, began = asyncio.get_running_loop(), perf_counter()
    tally = Tally(ends_at=began + wish.seconds)
    opened = [
        await loop.create_connection(
            lambda: Requester(request, tally), wish.host, wish.port
        )
        for _ in range(wish.connections)
    ]
    async with asyncio.timeout(wish.seconds + LONGEST_ANSWER_SECONDS):
        await asyncio.gather(*(one.done for _, one in opened))
    took, ordered = perf_counter() - began, sorted(tally.seconds)
    return {
        "failure": tally.failure,
        "requests": len(ordered),
        "seconds": took,
        "p50": rank(ordered, 0.50),
        "p99": rank(ordered, 0.99),
        "highest": ordered[-1],
    }


def main() -> None:
    """Read a wish, ask, and write the figures."""
    wish = Wish(**json.loads(sys.stdin.readline()))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(ask_often(wish))))  # noqa: T201 - this is its answer


if __name__ == "__main__":
    main()
