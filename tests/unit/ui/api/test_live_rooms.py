"""Which rooms a connection is in, and how often its client may speak."""

from uuid import UUID, uuid4

import pytest

from config.errors import InvalidError
from tasks.events.stream import Wanted
from ui.api.live_rooms import (
    MOST_CAMPAIGNS,
    ForeignRoomError,
    MessageBudget,
    Rooms,
    TooManyRoomsError,
    read_client_message,
)

ANA, CAMPAIGN = uuid4(), uuid4()


def test_a_person_s_own_room_is_always_among_them() -> None:
    everywhere = Rooms(ANA)
    nowhere = everywhere.leave("all")
    assert everywhere.topics == [f"person:{ANA}", "all"]
    assert nowhere.topics == [f"person:{ANA}"]
    assert nowhere.leave(f"person:{ANA}") == nowhere
    assert nowhere.wanted(frozenset()) == Wanted(frozenset(), account_id=ANA)


def test_a_campaign_narrows_and_all_widens() -> None:
    narrow = Rooms(ANA).join(f"campaign:{CAMPAIGN}")
    assert narrow.campaign_ids == {CAMPAIGN}
    assert narrow.join("all") == Rooms(ANA)
    assert narrow.leave(f"campaign:{uuid4()}") == narrow


@pytest.mark.parametrize("change", [Rooms.join, Rooms.leave])
def test_another_person_s_room_is_not_to_be_named(change: object) -> None:
    assert callable(change)
    with pytest.raises(ForeignRoomError):
        change(Rooms(ANA), f"person:{uuid4()}")


@pytest.mark.parametrize("room", ["", "campaign", "campaign:", "person:x", f"x:{ANA}"])
def test_there_are_no_other_rooms(room: str) -> None:
    with pytest.raises(InvalidError):
        Rooms(ANA).join(room)


def test_one_connection_follows_so_many_campaigns_and_no_more() -> None:
    full = Rooms(ANA, frozenset(UUID(int=n) for n in range(MOST_CAMPAIGNS)))
    assert full.join(f"campaign:{UUID(int=0)}") == full
    with pytest.raises(TooManyRoomsError):
        full.join(f"campaign:{CAMPAIGN}")


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"subscribe","campaignId":"%s"}',
        '{"type":"subscribe","data":{"campaignId":"%s"}}',
        '{"type":"subscribe","topic":"campaign:%s"}',
    ],
)
def test_a_campaign_is_named_in_any_of_three_ways(text: str) -> None:
    assert read_client_message(text % CAMPAIGN).room == f"campaign:{CAMPAIGN}"


def test_two_rooms_at_once_are_one_too_many() -> None:
    text = f'{{"type":"subscribe","topic":"all","campaignId":"{CAMPAIGN}"}}'
    with pytest.raises(InvalidError, match="not both"):
        read_client_message(text)


def test_a_budget_is_spent_and_refills_with_time() -> None:
    budget = MessageBudget(per_minute=6)
    assert [budget.take(now=100.0) for _ in range(7)] == [True] * 6 + [False]
    assert not budget.take(now=109.0)
    assert budget.take(now=110.0)
    assert not budget.take(now=110.0)
    assert [budget.take(now=10_000.0) for _ in range(7)] == [True] * 6 + [False]
