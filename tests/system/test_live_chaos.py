"""
Whatever happens, every client has every committed event once, in one order.

Sixteen writers commit out of order and roll back at random; fifty clients drop and come
back, by server-sent events or by WebSocket as it falls, to either of two API processes;
in between the relay is killed, and Redis forgets everything, twice.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from threading import Event, Lock
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from config.connections import redis_client
from config.settings import settings
from config.vocabulary import EventType
from deployments.stack.ports import LOOPBACK, free_ports
from deployments.stack.processes import base_environment, start_process, stop_process
from tasks.database import transaction
from tasks.events.outbox import record_events
from tasks.events.types import ActivityReported
from tests.factories.accounts import create_login
from tests.fixtures.database import forget_settings
from tests.fixtures.servers import wait_until

WRITERS, TURNS = 16, 50
CLIENTS = 50
API_PROCESSES = 2
RELAY_DIES_AT, RELAY_IS_BACK_AT, REDIS_FORGETS_AT = 150, 300, 450
"""Committed transactions so far."""

STREAM_LENGTH = 100
"""Less than is written while the relay is away: the rest is only in the table."""

LONGEST_SECONDS = 60.0
SERVE = (sys.executable, "-m", "uvicorn", "--factory", "ui.api.app:create_app")
RELAY = (sys.executable, "-m", "deployments.relay")
LAST_WORD = "the end"


class ChangedMindError(Exception):
    """A writer rolls back."""


@dataclass
class Tally:
    """How many transactions were committed, for whoever waits for so many."""

    committed: int = 0
    _lock: Lock = field(default_factory=Lock)

    def count(self) -> None:
        """Note one more."""
        with self._lock:
            self.committed += 1


@dataclass
class Place:
    """Where everything runs."""

    urls: Sequence[str]
    token: str
    start_relay: Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def place(
    environment: pytest.MonkeyPatch,
    database: str,
    service_environment: dict[str, str],
    tmp_path: Path,
) -> Iterator[Place]:
    """Run two API processes; a relay is started by whoever needs one."""
    assert database
    environment.setenv("MUSTER_DATABASE__POOL_SIZE", str(WRITERS))
    forget_settings()
    variables = base_environment("tests") | service_environment
    variables["MUSTER_LIMITS__INTERACTIVE"] = "1000000"
    variables["MUSTER_EVENTS__STREAM_LENGTH"] = str(STREAM_LENGTH)
    with ExitStack() as processes:
        urls = [
            processes.enter_context(running_api(variables, tmp_path / f"api{number}"))
            for number in range(API_PROCESSES)
        ]

        def start_relay() -> subprocess.Popen[bytes]:
            log = tmp_path / "relay.log"
            relay = start_process([*RELAY], environment=variables, log=log)
            processes.callback(stop_process, relay)
            return relay

        yield Place(urls, create_login().tokens.access, start_relay)


@contextmanager
def running_api(variables: dict[str, str], log: Path) -> Iterator[str]:
    port = free_ports(1)[0]
    url = f"http://{LOOPBACK}:{port}"
    process = start_process(
        [*SERVE, "--host", LOOPBACK, "--port", str(port)],
        environment=variables,
        log=log,
    )
    try:
        wait_until(lambda: answers(url), process, log)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        stop_process(process)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


# Writers


def write(number: int, tally: Tally) -> list[str]:
    """Record events in transactions of all lengths; return what was committed."""
    dice = Random(number)  # noqa: S311 - variety, not secrecy
    committed = []
    for turn in range(TURNS):
        words = [f"{number}-{turn}-{part}" for part in range(dice.randrange(1, 4))]
        try:
            with transaction() as session:
                record_events(session, map(told, words))
                Event().wait(dice.choice((0, 0, 0.02, 0.1, 0.6)) * dice.random())
                keep_or_roll_back(dice)
        except ChangedMindError:
            continue
        committed += words
        tally.count()
    return committed


def told(word: str) -> ActivityReported:
    return ActivityReported(None, EventType.REVIEW, {"word": word})


def keep_or_roll_back(dice: Random) -> None:
    if dice.random() < 0.25:
        raise ChangedMindError


def write_through_trouble(place: Place) -> list[str]:
    """Have all writers write; kill the relay and empty Redis meanwhile."""
    tally, relay = Tally(), place.start_relay()
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, number, tally) for number in range(WRITERS)]
        wait_for(lambda: tally.committed >= RELAY_DIES_AT)
        relay.kill()
        wait_for(lambda: tally.committed >= RELAY_IS_BACK_AT)
        redis_client().flushdb()
        place.start_relay()
        place.start_relay()  # and a second one: they may overlap at a restart
        wait_for(lambda: tally.committed >= REDIS_FORGETS_AT)
        redis_client().flushdb()
        words = list(chain.from_iterable(one.result() for one in writing))
    with transaction() as session:
        record_events(session, [told(LAST_WORD)])
    return [*words, LAST_WORD]


def wait_for(is_so: Callable[[], bool]) -> None:
    while not is_so():
        Event().wait(0.002)


# Clients


async def follow_to_the_end(place: Place, number: int) -> list[dict[str, Any]]:
    """Follow like somebody on a bad line: drop, and come back with the last id."""
    dice = Random(number)  # noqa: S311 - variety, not secrecy
    got: list[dict[str, Any]] = []
    while not (got and got[-1]["word"] == LAST_WORD):
        way = dice.choice((open_sse, open_socket))
        after = got[-1]["id"] if got else 0
        enough = dice.randrange(1, 120)
        async with way(dice.choice(place.urls), place.token, after) as events:
            async for event in events:
                got.append(event)
                enough -= 1
                if not enough or event["word"] == LAST_WORD:
                    break
    return got


@asynccontextmanager
async def open_sse(
    url: str, token: str, after: int
) -> AsyncGenerator[AsyncGenerator[dict[str, Any]]]:
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": str(after)}
    async with (
        # Nothing here is encrypted, and a context for it costs more than all the rest.
        httpx.AsyncClient(timeout=LONGEST_SECONDS, verify=False) as client,  # noqa: S501
        client.stream("GET", f"{url}/tracking/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield read_sse(answer)


async def read_sse(answer: httpx.Response) -> AsyncGenerator[dict[str, Any]]:
    kind = ""
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
            assert kind == "update"
        elif name == "data":
            yield json.loads(value)


@asynccontextmanager
async def open_socket(
    url: str, token: str, after: int
) -> AsyncGenerator[AsyncGenerator[dict[str, Any]]]:
    address = f"{url.replace('http', 'ws', 1)}/tracking/ws?last_event_id={after}"
    headers = {"Authorization": f"Bearer {token}"}
    connection = await connect(address, additional_headers=headers, compression=None)
    try:
        yield read_socket(connection)
    finally:
        connection.transport.abort()  # no farewell: the line is gone


async def read_socket(connection: Any) -> AsyncGenerator[dict[str, Any]]:
    try:
        async for text in connection:
            message = json.loads(text)
            assert message["type"] in {"ready", "heartbeat", "review"}, message
            if message["type"] == "review":
                assert message["id"] == message["data"]["id"]
                yield message["data"]
    except ConnectionClosed as closed:
        assert closed.rcvd is not None  # noqa: PT017 - sent away, and comes back
        assert closed.rcvd.code in {1012, 1013}  # noqa: PT017


@pytest.mark.timeout(120)
def test_every_client_has_every_committed_event_once_in_one_order(place: Place) -> None:
    async def run() -> tuple[list[str], list[list[dict[str, Any]]]]:
        async with asyncio.timeout(LONGEST_SECONDS):
            words, *heard = await asyncio.gather(
                asyncio.to_thread(write_through_trouble, place),
                *(follow_to_the_end(place, number) for number in range(CLIENTS)),
            )
            return words, heard

    words, heard = asyncio.run(run())
    assert len(words) > WRITERS * TURNS
    for events in heard:
        assert [event["id"] for event in events] == list(range(1, len(words) + 1))
        assert Counter(event["word"] for event in events) == Counter(words)
        assert events == heard[0]
    assert redis_client().xlen(settings().events.stream) > 0
