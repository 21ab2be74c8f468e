"""Who is told of what, and what happens to those who are slow."""

import asyncio
from uuid import uuid4

import pytest

from tasks.events.fan_out import Listener
from tasks.events.stream import Bounds, Wanted, write_frame


def test_a_frame_is_one_server_sent_event() -> None:
    assert write_frame(7, b'{"a":1}') == b'id: 7\nevent: update\ndata: {"a":1}\n\n'


def test_whoever_asks_for_nothing_gets_everything() -> None:
    assert Wanted().includes("review", None)


def test_types_and_campaign_are_both_asked_for() -> None:
    mine = uuid4()
    wanted = Wanted(mine, frozenset({"review"}))
    assert wanted.includes("review", str(mine))
    assert not wanted.includes("campaign", str(mine))
    assert not wanted.includes("review", str(uuid4()))
    assert not wanted.includes("review", None)


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
    async def take() -> tuple[int, bytes]:
        listener = Listener(Wanted(), limit=10)
        for position in (3, 4, 5):
            listener.hear(position, b"%d " % position)
        return listener.take(after=3)

    assert asyncio.run(take()) == (5, b"4 5 ")


def test_a_listener_that_is_too_slow_ends_and_hears_nothing_after_the_gap() -> None:
    async def overflow() -> Listener:
        listener = Listener(Wanted(), limit=2)
        for position in (1, 2, 3):
            listener.hear(position, b"%d " % position)
        assert listener.take(after=0) == (2, b"1 2 ")
        listener.hear(4, b"4 ")
        return listener

    listener = asyncio.run(overflow())
    assert listener.is_ended
    assert listener.take(after=2) == (2, b"")
