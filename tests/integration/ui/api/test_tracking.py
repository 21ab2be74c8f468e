"""Events over HTTP: followed, resumed, filtered, and ended with the login."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from config.vocabulary import Role
from tasks.events.relay import relay_events
from tests.factories.campaigns import create_taken_run
from tests.fixtures.api import SignedIn


@contextmanager
def following(client: httpx.Client, **query: Any) -> Iterator[Iterator[str]]:
    """Follow the stream; yield its blocks."""
    headers = query.pop("headers", {})
    with client.stream(
        "GET", "/tracking/stream", params=query, headers=headers, timeout=20
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache, no-store"
        assert answer.headers["connection"] == "keep-alive"
        yield blocks(answer.iter_text())


def blocks(pieces: Iterator[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        held += piece
        while "\n\n" in held:
            block, held = held.split("\n\n", 1)
            yield block


def event_in(block: str) -> dict[str, Any]:
    lines = dict(line.partition(": ")[::2] for line in block.splitlines())
    assert lines["event"] == "update", block
    event: dict[str, Any] = json.loads(lines["data"])
    assert lines["id"] == str(event["id"])
    return event


def report(client: httpx.Client, word: str) -> None:
    told = {"type": "review", "data": {"profile": word}}
    assert client.post("/analytics/event", json=told).status_code == 202
    relay_events()


def test_what_happens_is_told_at_once(operator: httpx.Client) -> None:
    with following(operator) as told:
        assert next(told) == ":ok\nretry: 2000\nid: 0"
        report(operator, "@mira")
        event = event_in(next(told))
    assert (event["id"], event["type"], event["profile"]) == (1, "review", "@mira")
    assert event["at"]


def test_a_client_that_comes_back_gets_what_it_missed(operator: httpx.Client) -> None:
    for word in ("@one", "@two", "@three"):
        report(operator, word)
    with following(operator, headers={"Last-Event-ID": "1"}) as told:
        next(told)
        assert event_in(next(told))["profile"] == "@two"
    with following(operator, last_event_id=2) as told:
        next(told)
        assert event_in(next(told))["profile"] == "@three"


def test_only_the_campaign_and_kinds_asked_for_are_told(operator: httpx.Client) -> None:
    taken = create_taken_run()
    report(operator, "@elsewhere")
    relay_events()
    query = {"campaignId": str(taken.campaign_id), "types": "campaign"}
    with following(operator, **query, last_event_id=0) as told:
        next(told)
        event = event_in(next(told))
    assert event["campaignId"] == str(taken.campaign_id)
    assert event["type"] == "campaign"
    recent = operator.get("/tracking/recent", params=query).json()
    assert {one["type"] for one in recent["items"]} == {"campaign"}
    ids = [one["id"] for one in recent["items"]]
    assert ids == sorted(ids, reverse=True)
    assert recent["last"] >= max(ids)


def test_a_position_that_never_was_is_answered_with_a_reset(
    operator: httpx.Client,
) -> None:
    with following(operator, last_event_id=7) as told:
        next(told)
        assert next(told) == 'event: reset\ndata: {"last":0}'


@pytest.mark.parametrize("role", [Role.REVIEWER])
def test_the_stream_says_that_the_login_has_ended(
    signed_in: SignedIn, role: Role
) -> None:
    client = signed_in(role)
    with following(client) as told:
        next(told)
        assert client.post("/auth/logout").status_code == 204
        assert next(told) == "event: session.ended\ndata: {}"
        assert not list(told)
