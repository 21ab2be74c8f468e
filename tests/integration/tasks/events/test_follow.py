"""Everybody who follows gets every committed event once, in one order."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from itertools import chain, repeat
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from config.connections import redis_client
from config.settings import settings
from config.vocabulary import EventType
from tasks.database import transaction
from tasks.events.fan_out import FanOut
from tasks.events.follow import Follower, server_sent
from tasks.events.forms import SERVER_SENT_EVENTS
from tasks.events.outbox import record_event
from tasks.events.relay import relay_events, relay_forever
from tasks.events.stream import Page, Wanted, list_recent, read_bounds, read_page
from tasks.events.types import ActivityReported
from tests.fixtures.database import read_settings_again
from tests.fixtures.following import (
    always,
    collect,
    follow,
    open_fan_out,
    read_events,
    wait_until,
    write,
)

pytestmark = pytest.mark.usefixtures("database")

WRITERS, WRITES = 8, 60
CLIENTS = 12


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
            wanted = Wanted(frozenset({mine}), frozenset({EventType.CAMPAIGN}))
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
        async with (
            open_fan_out() as fan_out,
            aclosing(follow(fan_out, after=None)) as frames,
        ):
            return await anext(frames)

    assert asyncio.run(run()) == b":ok\nretry: 2000\nid: 1\n\n"


def test_what_is_told_while_the_past_is_read_is_neither_lost_nor_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("past")
    relay_events()
    pages = chain(("while it read once", "while it read twice"), repeat(None))

    async def run() -> list[dict[str, Any]]:
        async with open_fan_out() as fan_out:

            def read_slowly(*args: Any, **options: Any) -> Page:
                page = read_page(*args, **options)
                if (word := next(pages)) is not None:
                    write(word)
                    relay_events()
                    heard = read_bounds().newest
                    while fan_out.position != heard:
                        Event().wait(0.001)
                return page

            monkeypatch.setattr("tasks.events.follow.read_page", read_slowly)
            return await collect(fan_out, until=lambda got: len(got) == 3)

    assert [event["id"] for event in asyncio.run(run())] == [1, 2, 3]


@pytest.mark.parametrize("end", ["leave", "close"])
def test_whoever_goes_while_the_past_is_read_is_told_nothing_beyond_it(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    for number in range(3):
        write(str(number))
    relay_events()
    monkeypatch.setattr("tasks.events.stream.PAGE", 1)

    async def run() -> list[dict[str, Any]]:
        got: list[dict[str, Any]] = []
        async with open_fan_out() as fan_out:
            follower = Follower(
                fan_out, Wanted(), SERVER_SENT_EVENTS, after=0, is_welcome=always
            )
            async with aclosing(server_sent(follower)) as pieces:
                async for piece in pieces:
                    got += read_events(piece)
                    if got:
                        follower.leave() if end == "leave" else fan_out.end_all()
                        write("late")
                        await asyncio.to_thread(relay_events)
            assert follower.last == len(got)
        return got

    assert [event["id"] for event in asyncio.run(run())] == [1]


def test_what_is_for_one_person_is_told_to_nobody_else() -> None:
    ana, bo = uuid4(), uuid4()

    def has_heard_all(got: list[dict[str, Any]]) -> bool:
        return bool(got) and got[-1]["word"] == "for all"

    async def run() -> list[list[dict[str, Any]]]:
        async with open_fan_out() as fan_out:
            wishes = [Wanted(account_id=one) for one in (ana, bo, None)]
            following = [
                asyncio.create_task(collect(fan_out, wish, until=has_heard_all))
                for wish in wishes
            ]
            write("past", account_id=ana)
            relay_events()
            await wait_until(lambda: fan_out.listeners == len(wishes))
            write("present", account_id=ana)
            write("for all")
            relay_events()
            return await asyncio.gather(*following)

    heard = [[event["word"] for event in events] for events in asyncio.run(run())]
    assert heard == [["past", "present", "for all"], ["for all"], ["for all"]]
    assert [one["word"] for one in list_recent(Wanted(), limit=9).items] == ["for all"]
    assert len(list_recent(Wanted(account_id=ana), limit=9).items) == 3


@pytest.mark.parametrize("after", [99, 0])
def test_a_position_outside_of_the_log_is_answered_with_a_reset(after: int) -> None:
    for number in range(5):
        write(str(number))
    relay_events()
    with transaction() as session:
        session.execute(text("DELETE FROM tracking_events WHERE position < 3"))

    async def run() -> bytes:
        async with (
            open_fan_out() as fan_out,
            aclosing(follow(fan_out, after=after)) as frames,
        ):
            return await anext(frames)

    assert asyncio.run(run()).endswith(b'id: 5\n\nevent: reset\ndata: {"last":5}\n\n')


def test_the_connection_ends_when_its_login_does() -> None:
    async def never() -> bool:
        return False

    async def run() -> list[bytes]:
        async with open_fan_out() as fan_out:
            frames = follow(fan_out, after=None, is_welcome=never)
            return [piece async for piece in frames]

    assert asyncio.run(run())[-1] == b"event: session.ended\ndata: {}\n\n"


def test_the_connection_ends_after_its_lifetime_and_beats_until_then(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_EVENTS__CONNECTION_LIFETIME", "PT0.5S")
    environment.setenv("MUSTER_EVENTS__HEARTBEAT", "PT0.1S")
    read_settings_again()

    async def run() -> list[bytes]:
        async with open_fan_out() as fan_out:
            return [piece async for piece in follow(fan_out, after=None)]

    assert b":\n\n" in asyncio.run(run())


def test_a_beat_names_the_position_of_events_that_were_not_wanted(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_EVENTS__HEARTBEAT", "PT0.1S")
    read_settings_again()

    async def run() -> bytes:
        async with open_fan_out() as fan_out:
            wanted = Wanted(frozenset({uuid4()}))
            async with aclosing(follow(fan_out, wanted, after=None)) as frames:
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
