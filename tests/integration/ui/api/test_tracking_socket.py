"""The documents' WebSocket diagrams: connected, kept alive, told, in rooms, gone."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from config.vocabulary import EventType, Role
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.relay import relay_events
from tasks.events.types import ActivityReported
from tests.factories.accounts import create_login
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.api import SignedIn, serving
from tests.fixtures.database import read_settings_again
from tests.fixtures.live import SECONDS, LiveClient, live
from ui.api.app import create_app


def report(
    client: httpx.Client,
    kind: str = "review",
    *,
    campaign_id: object = None,
    **told: Any,
) -> None:
    """Do what a worker does: POST /analytics/event."""
    asked = {"type": kind, "data": told}
    if campaign_id is not None:
        asked["campaignId"] = str(campaign_id)
    assert client.post("/analytics/event", json=asked).status_code == 202
    relay_events()


def tell_one(account_id: UUID, word: str) -> None:
    with transaction() as session:
        told = ActivityReported(None, EventType.REVIEW, {"word": word}, account_id)
        record_event(session, told)
    relay_events()


def add_campaign() -> UUID:
    with transaction() as session:
        return create_campaign(session)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + SECONDS
    while not is_so():
        assert monotonic() < deadline
        Event().wait(0.01)


def account_of(client: httpx.Client) -> UUID:
    return UUID(client.get("/auth/me").json()["id"])


# Document 001, 4.1, and 004: connect, ready, ping and pong, events as they occur.


def test_a_connection_is_established_and_says_where_it_stands(
    operator: httpx.Client,
) -> None:
    report(operator)
    with live(operator) as client:
        ready = client.hear()
    mine = f"person:{account_of(operator)}"
    assert ready == {"type": "ready", "id": 1, "data": {"topics": [mine, "all"]}}


def test_a_ping_is_answered_with_a_pong(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        assert client.ask(type="ping") == {"type": "pong"}
        assert client.ask(type="ping", id=7) == {"type": "pong", "replyTo": 7}
        client.send("ping")
        assert client.hear_text() == "pong"


def test_events_stream_as_they_occur(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        report(operator, "acquisition", profile="@user")
        report(operator, "filtering", score=92)
        first, second = client.hear(), client.hear()
    assert (first["type"], first["data"]["profile"]) == ("acquisition", "@user")
    assert (second["type"], second["data"]["score"]) == ("filtering", 92)
    assert set(first) == {"type", "id", "topic", "data"}
    assert (first["id"], second["id"]) == (1, 2)
    assert first["data"]["type"] == first["type"]
    assert first["data"]["id"] == first["id"]


def test_whoever_subscribes_to_a_campaign_hears_of_it_and_of_no_other(
    operator: httpx.Client,
) -> None:
    mine, other = add_campaign(), add_campaign()
    with live(operator) as client:
        client.hear()
        told = client.ask(type="subscribe", campaignId=str(mine), id="a")
        assert (told["type"], told["replyTo"]) == ("subscribed", "a")
        assert told["data"]["topics"][1:] == [f"campaign:{mine}"]
        report(operator, "acquisition", campaign_id=other)
        report(operator, "acquisition")
        report(operator, "acquisition", campaign_id=mine)
        event = client.hear()
    assert (event["id"], event["type"]) == (3, "acquisition")
    assert event["topic"] == f"campaign:{mine}"
    assert event["data"]["campaignId"] == str(mine)


def test_pausing_and_deciding_emit_events(signed_in: SignedIn) -> None:
    operator = signed_in(Role.OPERATOR)
    taken = create_taken_run()
    one, *others = queue_handles(taken, "a", "b", "c")
    relay_events()
    with live(operator) as client:
        client.hear()
        operator.post(f"/campaigns/{taken.campaign_id}/pause").raise_for_status()
        operator.post(f"/profiles/{one}/approve").raise_for_status()
        asked = {"ids": [str(other) for other in others]}
        batch = operator.post("/profiles/batch/approve", json=asked).json()
        relay_events()
        paused, approved, batched = client.hear(), client.hear(), client.hear()
    assert (paused["type"], paused["data"]["status"]) == ("campaign", "paused")
    assert approved["data"]["profileId"] == str(one)
    assert approved["data"]["decision"] == "approved"
    assert batched["data"]["modified"] == batch["modified"] == 2


# Document 004: rooms, broadcast, disconnect.


def test_an_event_for_one_person_is_delivered_to_all_their_connections_alone(
    signed_in: SignedIn,
) -> None:
    ana, bo = signed_in(Role.OPERATOR), signed_in(Role.REVIEWER)
    with live(ana) as here, live(ana) as there, live(bo) as elsewhere:
        for client in (here, there, elsewhere):
            client.hear()
        tell_one(account_of(ana), "for ana")
        report(ana, word="for all")
        for client in (here, there):
            told = client.hear()
            assert told["topic"] == f"person:{account_of(ana)}"
            assert told["data"]["word"] == "for ana"
            assert client.hear()["data"]["word"] == "for all"
        assert elsewhere.hear()["data"]["word"] == "for all"
    with live(bo, last_event_id=0) as back:
        back.hear()
        assert back.hear()["id"] == 2


def test_what_is_for_one_person_reaches_them_in_a_campaign_s_room_too(
    operator: httpx.Client,
) -> None:
    with live(operator, campaignId=add_campaign()) as client:
        client.hear()
        tell_one(account_of(operator), "for you")
        assert client.hear()["data"]["word"] == "for you"


def test_a_client_may_not_name_another_person_s_room(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        told = client.ask(type="subscribe", topic=f"person:{uuid4()}", id=1)
        assert (told["type"], told["replyTo"]) == ("error", 1)
        assert told["data"]["error"] == "foreign_room"
        own = client.ask(type="subscribe", topic=f"person:{account_of(operator)}")
        assert own["type"] == "subscribed"


def test_a_campaign_that_is_not_there_has_no_room(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        told = client.ask(type="subscribe", data={"campaignId": str(uuid4())})
    assert told["data"]["error"] == "not_found"


def test_rooms_are_joined_and_left(operator: httpx.Client) -> None:
    one, two = sorted([add_campaign(), add_campaign()], key=str)
    with live(operator, campaignId=one) as client:
        assert client.hear()["data"]["topics"][1:] == [f"campaign:{one}"]
        both = client.ask(type="subscribe", data={"campaignId": str(two)})
        assert both["data"]["topics"][1:] == [f"campaign:{one}", f"campaign:{two}"]
        rest = client.ask(type="unsubscribe", topic=f"campaign:{one}")
        assert (rest["type"], rest["data"]["topics"][1:]) == (
            "unsubscribed",
            [f"campaign:{two}"],
        )
        assert client.ask(type="subscribe")["data"]["topics"][1:] == ["all"]
        assert client.ask(type="unsubscribe")["data"]["topics"][1:] == []
        report(operator)
        tell_one(account_of(operator), "still for you")
        assert client.hear()["data"]["word"] == "still for you"


@pytest.mark.usefixtures("database")
def test_whoever_disconnects_leaves_all_rooms_and_leaves_nothing_behind() -> None:
    app = create_app()
    token = create_login().tokens.access
    headers = {"Authorization": f"Bearer {token}"}
    with serving(app) as url, httpx.Client(base_url=url, headers=headers) as client:
        with live(client) as one, live(client, campaignId=add_campaign()) as other:
            one.hear()
            other.hear()
            wait_until(lambda: app.state.fan_out.listeners == 2)
        wait_until(lambda: app.state.fan_out.listeners == 0)


# Nothing lost, doubled or out of order, whatever a client does.


def test_a_client_that_comes_back_gets_what_it_missed(operator: httpx.Client) -> None:
    for word in ("one", "two", "three"):
        report(operator, word=word)
    with live(operator, last_event_id=1) as client:
        assert client.hear()["id"] == 1
        assert [client.hear()["data"]["word"] for _ in range(2)] == ["two", "three"]
        report(operator, word="four")
        assert client.hear()["data"]["word"] == "four"
    headers = {"Authorization": operator.headers["authorization"], "Last-Event-ID": "3"}
    with live(operator, headers=headers) as client:
        client.hear()
        assert client.hear()["data"]["word"] == "four"


def test_a_subscription_begins_where_the_client_says(operator: httpx.Client) -> None:
    mine = add_campaign()
    for word in ("one", "two", "three"):
        report(operator, word=word, campaign_id=mine)
    report(operator, word="another's")
    with live(operator) as client:
        client.hear()
        wish = {"campaignId": str(mine), "lastEventId": 1}
        assert client.ask(type="subscribe", data=wish)["id"] == 1
        assert [client.hear()["data"]["word"] for _ in range(2)] == ["two", "three"]


def test_changing_rooms_loses_and_doubles_nothing(operator: httpx.Client) -> None:
    mine = add_campaign()
    heard: list[int] = []

    def read_until(client: LiveClient, kind: str) -> None:
        while (message := client.hear())["type"] != kind:
            if message["type"] == "review":
                heard.append(message["id"])

    with live(operator) as client:
        client.hear()
        for _ in range(10):
            report(operator, campaign_id=mine)
            client.say(type="subscribe", campaignId=str(mine))
            report(operator, campaign_id=mine)
            client.say(type="subscribe", topic="all")
            read_until(client, "subscribed")
        report(operator, "campaign")
        read_until(client, "campaign")
    assert heard == list(range(1, 21))


def test_a_position_that_never_was_is_answered_with_a_reset(
    operator: httpx.Client,
) -> None:
    report(operator)
    with live(operator, last_event_id=7) as client:
        assert client.hear()["id"] == 1
        assert client.hear() == {"type": "reset", "id": 1}


def test_a_quiet_connection_says_where_it_stands(
    environment: pytest.MonkeyPatch, operator: httpx.Client
) -> None:
    environment.setenv("MUSTER_EVENTS__HEARTBEAT", "PT0.1S")
    read_settings_again()
    with live(operator, campaignId=add_campaign()) as client:
        client.hear()
        report(operator)
        message = client.hear()
        while message == {"type": "heartbeat"}:
            message = client.hear()
    assert message == {"type": "heartbeat", "id": 1}


# Closed, with a reason.


def test_the_connection_is_closed_when_the_login_ends(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        assert operator.post("/auth/logout").status_code == 204
        assert client.hear_close() == (1008, "the login has ended")


@pytest.mark.parametrize(
    ("said", "code"), [(b"ping", 1003), ("x" * 4_097, 1009), ("ü" * 2_049, 1009)]
)
def test_what_is_no_text_or_too_large_closes_the_connection(
    operator: httpx.Client, said: str | bytes, code: int
) -> None:
    with live(operator) as client:
        client.send(said)
        assert client.hear_close()[0] == code


def test_too_many_messages_close_the_connection(
    environment: pytest.MonkeyPatch, operator: httpx.Client
) -> None:
    environment.setenv("MUSTER_EVENTS__SOCKET_MESSAGES_PER_MINUTE", "3")
    read_settings_again()
    with live(operator) as client:
        for _ in range(4):
            client.say(type="ping")
        assert client.hear_close() == (1008, "too many messages")


NONSENSE = (
    "{",
    "[]",
    "7",
    "null",
    '"ping"',
    "{}",
    '{"type":"emit"}',
    '{"type":"subscribe","campaignId":"x"}',
    '{"type":"subscribe","topic":"campaign"}',
    '{"type":"subscribe","topic":"people:1"}',
    '{"type":"subscribe","topic":"all\\u0000"}',
    '{"type":"subscribe","data":{"lastEventId":-1}}',
    '{"type":"ping","data":{"type":"subscribe"}, "more":1}',
    '{"type":"ping","id":"' + "x" * 65 + '"}',
)


def test_nonsense_is_answered_and_the_connection_stays(operator: httpx.Client) -> None:
    with live(operator) as client:
        client.hear()
        for said in NONSENSE:
            client.send(said)
            told = client.hear()
            assert told["type"] == "error", said
            assert told["data"]["error"] == "validation_error", said
            assert told["data"]["message"], said
            assert client.ask(type="ping")["type"] == "pong", said
