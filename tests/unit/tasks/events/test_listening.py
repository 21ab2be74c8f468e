"""Who is told of what, and what happens to those who are slow."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from tasks.events.fan_out import Listener
from tasks.events.forms import SERVER_SENT_EVENTS, SOCKET_MESSAGES, Told
from tasks.events.stream import Bounds, Wanted

MINE, ANA = uuid4(), uuid4()


def told(
    kind: str = "review",
    campaign_id: UUID | None = None,
    account_id: UUID | None = None,
) -> Told:
    return Told(7, kind, campaign_id, account_id, b'{"a":1}')


def test_a_frame_is_one_server_sent_event() -> None:
    frame = SERVER_SENT_EVENTS.write(told())
    assert frame == b'id: 7\nevent: update\ndata: {"a":1}\n\n'


@pytest.mark.parametrize(
    ("event", "topic"),
    [
        (told(), "all"),
        (told(campaign_id=MINE), f"campaign:{MINE}"),
        (told(campaign_id=MINE, account_id=ANA), f"person:{ANA}"),
    ],
)
def test_a_message_names_kind_place_and_room_and_holds_what_sse_tells(
    event: Told, topic: str
) -> None:
    message = json.loads(SOCKET_MESSAGES.write(event))
    assert message == {"type": "review", "id": 7, "topic": topic, "data": {"a": 1}}


def test_a_beat_names_a_position_only_if_something_has_passed() -> None:
    assert SERVER_SENT_EVENTS.beat(None) == b":\n\n"
    assert SERVER_SENT_EVENTS.beat(7) == b":\nid: 7\n\n"
    assert json.loads(SOCKET_MESSAGES.beat(None)) == {"type": "heartbeat"}
    assert json.loads(SOCKET_MESSAGES.beat(7)) == {"type": "heartbeat", "id": 7}


def test_whoever_asks_for_nothing_gets_everything() -> None:
    assert Wanted().includes(told())


def test_types_and_campaign_are_both_asked_for() -> None:
    wanted = Wanted(frozenset({MINE}), frozenset({"review"}))
    assert wanted.includes(told("review", MINE))
    assert not wanted.includes(told("campaign", MINE))
    assert not wanted.includes(told("review", uuid4()))
    assert not wanted.includes(told("review"))


def test_whoever_is_in_no_campaign_s_room_hears_of_none() -> None:
    nowhere = Wanted(frozenset(), account_id=ANA)
    assert not nowhere.includes(told("review", MINE))
    assert not nowhere.includes(told("review"))


def test_what_is_for_one_person_goes_to_them_alone_whatever_they_follow() -> None:
    for_ana = told("review", MINE, ANA)
    assert Wanted(account_id=ANA).includes(for_ana)
    assert Wanted(frozenset({uuid4()}), account_id=ANA).includes(for_ana)
    assert not Wanted(account_id=uuid4()).includes(for_ana)
    assert not Wanted(frozenset({MINE})).includes(for_ana)
    assert not Wanted().includes(for_ana)


@pytest.mark.parametrize(
    ("oldest", "newest", "position", "whole"),
    [
        (0, 0, 0, True),
        (0, 0, 1, False),
        (1, 9, 0, True),
        (1, 9, 9, True),
        (1, 9, 10, False),
        (5, 9, 4, True),
        (5, 9, 3, False),
        (5, 9, -1, False),
        (1, 9, 10**30, False),
    ],
)
def test_the_log_can_be_followed_only_from_within(
    *, oldest: int, newest: int, position: int, whole: bool
) -> None:
    assert Bounds(oldest, newest).can_follow(position) is whole


def test_a_listener_takes_in_order_what_it_has_not_seen() -> None:
    async def take() -> tuple[int, list[bytes]]:
        listener = Listener(Wanted(), SERVER_SENT_EVENTS, limit=10)
        for position in (3, 4, 5):
            listener.hear(position, b"%d " % position)
        return listener.take(after=3)

    assert asyncio.run(take()) == (5, [b"4 ", b"5 "])


def test_a_listener_that_is_too_slow_ends_and_hears_nothing_after_the_gap() -> None:
    async def overflow() -> Listener:
        listener = Listener(Wanted(), SERVER_SENT_EVENTS, limit=2)
        for position in (1, 2, 3):
            listener.hear(position, b"%d " % position)
        assert listener.take(after=0) == (2, [b"1 ", b"2 "])
        listener.hear(4, b"4 ")
        return listener

    listener = asyncio.run(overflow())
    assert listener.is_ended
    assert listener.is_overrun
    assert listener.take(after=2) == (2, [])
