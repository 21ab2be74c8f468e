"""Many events written as one are told one by one, as if each had a row of its own."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tasks.database import transaction
from tasks.events.forms import SERVER_SENT_EVENTS
from tasks.events.outbox import MOST_ALIKE, record_events
from tasks.events.profile_types import ProfilesAcquired, ProfilesScored, ScoredProfile
from tasks.events.relay import relay_events
from tasks.events.stream import (
    PAGE,
    Wanted,
    count_events,
    list_recent,
    read_bounds,
    read_page,
)
from tests.fixtures.following import (
    collect,
    open_fan_out,
    read_events,
    wait_until,
    write,
)

pytestmark = pytest.mark.usefixtures("database")

MANY = 3 * MOST_ALIKE + 7


def write_many(campaign_id: UUID) -> None:
    each = [
        ScoredProfile(uuid4(), f"@person{number}", number % 101, number % 2 == 0)
        for number in range(MANY)
    ]
    with transaction() as session:
        record_events(
            session,
            [ProfilesAcquired(campaign_id, each), ProfilesScored(campaign_id, each)],
        )


def relay_all() -> None:
    while relay_events():
        pass


def test_each_of_many_is_told_in_its_place_to_whoever_listens() -> None:
    mine = uuid4()

    async def run() -> list[dict[str, Any]]:
        async with open_fan_out() as fan_out:
            following = asyncio.create_task(
                collect(
                    fan_out, Wanted(frozenset({mine})), until=lambda got: len(got) == 1
                )
            )
            write("before", campaign_id=mine)
            relay_all()
            first = await following
            following = asyncio.create_task(
                collect(
                    fan_out,
                    Wanted(frozenset({mine})),
                    after=first[-1]["id"],
                    until=lambda got: len(got) == 2 * MANY,
                )
            )
            await wait_until(lambda: fan_out.listeners > 0)
            await asyncio.to_thread(write_many, mine)
            await asyncio.to_thread(relay_all)
            return await following

    events = asyncio.run(run())
    assert [event["id"] for event in events] == list(range(2, 2 * MANY + 2))
    acquired, scored = events[:MANY], events[MANY:]
    assert {event["type"] for event in acquired} == {"acquisition"}
    assert {event["type"] for event in scored} == {"filtering"}
    names = [f"@person{number}" for number in range(MANY)]
    assert [event["profile"] for event in acquired] == names
    assert [event["profile"] for event in scored] == names
    assert scored[3] == {
        "id": scored[3]["id"],
        "type": "filtering",
        "at": scored[0]["at"],
        "campaignId": str(mine),
        "profileId": acquired[3]["profileId"],
        "profile": "@person3",
        "score": 3,
        "kept": False,
    }


def test_a_client_returns_into_the_middle_of_many() -> None:
    mine, after = uuid4(), MOST_ALIKE + 5
    write_many(mine)
    write("last", campaign_id=mine)
    relay_all()
    heard: list[int] = []
    last, is_full = after, True
    while is_full:
        page = read_page(Wanted(frozenset({mine})), SERVER_SENT_EVENTS, after=last)
        assert len(page.frames) < PAGE + MOST_ALIKE
        heard += [event["id"] for event in read_events(b"".join(page.frames))]
        last, is_full = page.last, page.is_full
    assert heard == list(range(after + 1, 2 * MANY + 2))


def test_many_count_as_many_and_the_newest_come_first() -> None:
    mine = uuid4()
    write_many(mine)
    write("another's")
    relay_all()
    assert count_events(mine) == 2 * MANY
    assert count_events(None) == 2 * MANY + 1
    assert read_bounds() == (1, 2 * MANY + 1)
    recent = list_recent(Wanted(frozenset({mine})), limit=10)
    newest = range(2 * MANY, 2 * MANY - 10, -1)
    assert [event["id"] for event in recent.items] == list(newest)
