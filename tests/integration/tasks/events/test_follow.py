"""Everybody who follows gets every committed event once, in one order."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from itertools import chain
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.connections import redis_client
from config.settings import settings
from config.vocabulary import EventType
from tasks.database import transaction
from tasks.events.fan_out import FanOut
from tasks.events.follow import Follower
from tasks.events.outbox import record_event
from tasks.events.relay import relay_events, relay_forever
from tasks.events.stream import Wanted, list_recent, read_bounds
from tasks.events.types import ActivityReported
from tests.fixtures.database import forget_settings

pytestmark = pytest.mark.usefixtures("database")

WRITERS, WRITES = 8, 60
CLIENTS = 12
LONGEST_SECONDS = 60.0


class RolledBackError(Exception):
    """The writer changed its mind."""


@pytest.fixture
def relay() -> Iterator[None]:
    stop = Event()
    thread = Thread(target=relay_forever, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


def write(
    word: str, kind: EventType = EventType.REVIEW, campaign_id: UUID | None = None
) -> None:
    with transaction() as session:
        told = {"word": word}
        record_event(session, ActivityReported(campaign_id, kind, told))


async def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition that nobody tells of."""
    while not is_so():  # noqa: ASYNC110 - the code under test has no event for it
        await asyncio.sleep(0.01)


async def always() -> bool:
    return True


@asynccontextmanager
async def open_fan_out() -> AsyncGenerator[FanOut]:
    fan_out = FanOut()
    fan_out.open()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await wait_until(lambda: fan_out.position is not None)
            yield fan_out
    finally:
        await fan_out.close()


def read_events(frames: bytes) -> list[dict[str, Any]]:
    """Return the updates of a piece of the stream."""
    events = []
    for block in frames.decode().split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines())
        if lines.get("event") == "update":
            event = json.loads(lines["data"])
            assert event["id"] == int(lines["id"])
            events.append(event)
    return events


async def collect(
    fan_out: FanOut,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    *,
    after: int | None = 0,
    until: Callable[[list[dict[str, Any]]], bool],
) -> list[dict[str, Any]]:
    """Follow until what came is enough, or the connection ends."""
    got: list[dict[str, Any]] = []
    follower = Follower(fan_out, wanted, after=after, is_welcome=always)
    async with aclosing(follower.frames()) as frames:
        async for piece in frames:
            got += read_events(piece)
            if until(got):
                break
    return got


async def collect_through_drops(
    fan_out: FanOut, dice: Random, *, last_word: str
) -> list[dict[str, Any]]:
    """Follow like a browser on a bad line: drop, and come back with the last id."""
    got: list[dict[str, Any]] = []
    while not (got and got[-1]["word"] == last_word):
        enough = dice.randrange(1, 60)
        after = got[-1]["id"] if got else 0
        got += await collect(
            fan_out,
            after=after,
            until=lambda new, enough=enough: (
                len(new) >= enough or (new[-1:] and new[-1]["word"] == last_word)
            ),
        )
    return got


def keep_or_roll_back(dice: Random) -> None:
    if dice.random() < 0.2:
        raise RolledBackError


def write_out_of_order(number: int) -> list[str]:
    """Commit events in transactions that overlap others', and roll some back."""
    dice = Random(number)  # noqa: S311 - variety, not secrecy
    committed = []
    for turn in range(WRITES):
        word = f"{number}-{turn}"
        try:
            with transaction() as session:
                record_event(
                    session, ActivityReported(None, EventType.REVIEW, {"word": word})
                )
                Event().wait(dice.random() * 0.01)
                keep_or_roll_back(dice)
            committed.append(word)
        except RolledBackError:
            continue
    return committed


def write_all_then(last_word: str) -> list[str]:
    with ThreadPoolExecutor(WRITERS) as writers:
        words = list(
            chain.from_iterable(writers.map(write_out_of_order, range(WRITERS)))
        )
    write(last_word)
    return [*words, last_word]


@pytest.mark.usefixtures("relay")
def test_nothing_is_lost_doubled_or_out_of_order_through_drops_and_interleaving() -> (
    None
):
    async def run() -> tuple[list[str], list[list[dict[str, Any]]]]:
        async with open_fan_out() as fan_out:
            writing = asyncio.to_thread(write_all_then, "the end")
            following = [
                collect_through_drops(fan_out, dice, last_word="the end")
                for dice in map(Random, range(CLIENTS))
            ]
            words, *heard = await asyncio.gather(writing, *following)
            assert fan_out.listeners == 0
            return words, heard

    words, heard = asyncio.run(run())
    for events in heard:
        assert [event["id"] for event in events] == list(range(1, len(words) + 1))
        assert sorted(event["word"] for event in events) == sorted(words)
    assert all(events == heard[0] for events in heard)


def test_a_client_is_told_only_what_it_asked_for() -> None:
    mine = uuid4()

    async def run() -> list[dict[str, Any]]:
        async with open_fan_out() as fan_out:
            wanted = Wanted(mine, frozenset({EventType.CAMPAIGN}))
            following = asyncio.create_task(
                collect(fan_out, wanted, until=lambda got: len(got) == 2)
            )
            write("past", EventType.CAMPAIGN, mine)
            write("another kind", EventType.REVIEW, mine)
            relay_events()
            await wait_until(lambda: fan_out.listeners > 0)
            write("another's", EventType.CAMPAIGN, uuid4())
            write("nobody's", EventType.CAMPAIGN)
            write("present", EventType.CAMPAIGN, mine)
            relay_events()
            return await following

    assert [event["word"] for event in asyncio.run(run())] == ["past", "present"]


def test_whoever_names_no_event_begins_now_and_learns_where_now_is() -> None:
    write("past")
    relay_events()

    async def run() -> bytes:
        async with open_fan_out() as fan_out:
            follower = Follower(fan_out, Wanted(), after=None, is_welcome=always)
            async with aclosing(follower.frames()) as frames:
                return await anext(frames)

    assert asyncio.run(run()) == b":ok\nretry: 2000\nid: 1\n\n"


@pytest.mark.parametrize("after", [99, 0])
def test_a_position_outside_of_the_log_is_answered_with_a_reset(after: int) -> None:
    for number in range(5):
        write(str(number))
    relay_events()
    with transaction() as session:
        session.execute(text("DELETE FROM tracking_events WHERE position < 3"))

    async def run() -> bytes:
        async with open_fan_out() as fan_out:
            follower = Follower(fan_out, Wanted(), after=after, is_welcome=always)
            async with aclosing(follower.frames()) as frames:
                return await anext(frames)

    assert asyncio.run(run()).endswith(b'id: 5\n\nevent: reset\ndata: {"last":5}\n\n')


def test_the_connection_ends_when_its_login_does() -> None:
    async def never() -> bool:
        return False

    async def run() -> list[bytes]:
        async with open_fan_out() as fan_out:
            follower = Follower(fan_out, Wanted(), after=None, is_welcome=never)
            return [piece async for piece in follower.frames()]

    assert asyncio.run(run())[-1] == b"event: session.ended\ndata: {}\n\n"


def test_the_connection_ends_after_its_lifetime_and_beats_until_then(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_EVENTS__CONNECTION_LIFETIME", "PT0.5S")
    environment.setenv("MUSTER_EVENTS__HEARTBEAT", "PT0.1S")
    forget_settings()

    async def run() -> list[bytes]:
        async with open_fan_out() as fan_out:
            follower = Follower(fan_out, Wanted(), after=None, is_welcome=always)
            return [piece async for piece in follower.frames()]

    assert b":\n\n" in asyncio.run(run())


def test_a_beat_names_the_position_of_events_that_were_not_wanted(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_EVENTS__HEARTBEAT", "PT0.1S")
    forget_settings()

    async def run() -> bytes:
        async with open_fan_out() as fan_out:
            wanted = Wanted(uuid4())
            follower = Follower(fan_out, wanted, after=None, is_welcome=always)
            async with aclosing(follower.frames()) as frames:
                await anext(frames)
                write("another's")
                relay_events()
                async for piece in frames:
                    if piece != b":\n\n":
                        return piece
        return b""

    assert asyncio.run(run()) == b":\nid: 1\n\n"


def test_a_stream_that_was_cut_sends_everybody_back_to_the_table() -> None:
    async def run() -> list[dict[str, Any]]:
        async with open_fan_out() as fan_out:
            following = asyncio.create_task(
                collect(fan_out, until=lambda got: len(got) == 3)
            )
            await wait_until(lambda: fan_out.listeners > 0)
            for number in range(3):
                write(str(number))
            relay_events_without_the_first()
            first = await following
            return first + await collect(
                fan_out,
                after=first[-1]["id"] if first else 0,
                until=lambda got: len(got) == 3 - len(first),
            )

    assert [event["word"] for event in asyncio.run(run())] == ["0", "1", "2"]


def relay_events_without_the_first() -> None:
    """Order what is there, and let the stream begin at position 2."""
    with transaction() as session:
        session.execute(text("UPDATE tracking_events SET position = number"))
    with transaction() as session:
        rows = session.execute(text("SELECT data FROM tracking_events")).all()
        for place, row in enumerate(rows[1:], start=2):
            event = json.dumps({"id": place, "type": "review", **row.data})
            redis_client().xadd(
                settings().events.stream, {"event": event}, id=f"{place}-0"
            )


def test_what_just_happened_is_followed_without_a_gap() -> None:
    for number in range(4):
        write(str(number))
    relay_events()
    recent = list_recent(Wanted(), limit=2)
    assert [event["word"] for event in recent.items] == ["3", "2"]
    assert recent.last == read_bounds().newest == 4
