"""A client that does not keep up is sent away, told to resume, and not waited for."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket

from config.vocabulary import EventType
from tasks.accounts.schemas import Caller
from tasks.database import transaction
from tasks.events.fan_out import FanOut
from tasks.events.outbox import record_event
from tasks.events.relay import relay_events
from tasks.events.types import ActivityReported
from tests.factories.accounts import create_login
from tests.fixtures.database import read_settings_again
from ui.api import live_socket
from ui.api.live_rooms import Rooms
from ui.api.live_socket import TOO_SLOW, Close, LiveSocket
from ui.api.live_standing import LoginStanding

pytestmark = pytest.mark.usefixtures("database")

QUEUE = 10


class Line:
    """The other end of a connection, which takes nothing while it is `stuck`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def receive(self) -> dict[str, Any]:
        """Say nothing, once connected."""
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Any) -> None:
        """Take a message, when there is room."""
        await self.free.wait()
        self.sent.append(dict(message))

    def socket(self) -> WebSocket:
        """Return an accepted connection over this line."""
        socket = WebSocket({"type": "websocket"}, self.receive, self.send)
        socket.client_state = socket.client_state.CONNECTED
        socket.application_state = socket.application_state.CONNECTED
        return socket


@asynccontextmanager
async def followed(line: Line) -> AsyncGenerator[tuple[FanOut, asyncio.Task[Close]]]:
    caller: Caller = (await asyncio.to_thread(create_login)).caller
    fan_out = FanOut()
    fan_out.open()
    try:
        async with asyncio.timeout(20):
            await wait_until(lambda: fan_out.position is not None)
            live = LiveSocket(
                line.socket(),
                caller,
                fan_out=fan_out,
                standing=LoginStanding(),
                rooms=Rooms(uuid4()),
                types=frozenset(),
            )
            serving = asyncio.create_task(live.serve(after=None))
            await wait_until(lambda: fan_out.listeners == 1)
            yield fan_out, serving
    finally:
        await fan_out.close()


async def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - the code under test has no event for it
        await asyncio.sleep(0.01)


def tell(events: int) -> None:
    for _ in range(events):
        with transaction() as session:
            record_event(session, ActivityReported(None, EventType.REVIEW, {}))
    relay_events()


@pytest.fixture(autouse=True)
def short_queue(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_EVENTS__CLIENT_QUEUE", str(QUEUE))
    read_settings_again()


def test_a_client_that_was_overrun_is_told_to_come_back() -> None:
    async def run() -> list[dict[str, Any]]:
        line = Line()
        async with followed(line) as (fan_out, serving):
            line.free.clear()
            await asyncio.to_thread(tell, 1)  # on its way, and stuck
            await wait_until(lambda: fan_out.position == 1)
            await asyncio.to_thread(tell, QUEUE + 5)
            await wait_until(lambda: fan_out.position == QUEUE + 6)
            line.free.set()
            assert await serving == TOO_SLOW
        return line.sent

    *messages, close = asyncio.run(run())
    assert (close["type"], close["code"]) == ("websocket.close", 1013)
    assert len(messages) <= 1 + 1 + QUEUE


def test_a_client_that_takes_nothing_at_all_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_socket, "STALLED_SECONDS", 0.05)

    async def run() -> int:
        line = Line()
        async with followed(line) as (fan_out, serving):
            line.free.clear()
            await asyncio.to_thread(tell, 1)
            await wait_until(lambda: fan_out.position == 1)
            await asyncio.to_thread(tell, QUEUE + 5)
            assert await serving == TOO_SLOW
            return fan_out.listeners

    assert asyncio.run(run()) == 0
