"""Decisions, undo, leases and progress over HTTP, by several people."""

from datetime import datetime
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from config.clock import now
from config.vocabulary import Role
from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.review_queue import queue_many
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again


@pytest.fixture
def ids(database: str) -> list[str]:
    """Put three public profiles before reviewers."""
    assert database
    return [str(one) for one in sorted(queue_handles(create_taken_run(), *"abc"))]


def table_of(statement: str) -> list[Any]:
    with transaction() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def test_a_late_decision_is_told_whose_won(signed_in: SignedIn, ids: list[str]) -> None:
    reviewer, operator = signed_in(Role.REVIEWER), signed_in(Role.OPERATOR)
    won = reviewer.post(f"/profiles/{ids[0]}/approve", json={"version": 1}).json()
    late = operator.post(f"/profiles/{ids[0]}/reject", json={"version": 1})
    assert (late.status_code, late.json()["error"]) == (409, "already_decided")
    details = late.json()["details"]
    assert details["decision"] == "approved"
    assert details["decidedByName"] == "The reviewer"
    assert details["decidedBy"] == won["decidedBy"]
    assert details["version"] == 2
    assert details["decidedAt"][:19] == won["decidedAt"][:19]


def test_every_request_replayed_twice_leaves_everything_as_it_is(
    signed_in: SignedIn, ids: list[str]
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    said = {"version": 1, "reason": "clear", "note": "seen twice"}
    undone = str(reviewer.post(f"/profiles/{ids[2]}/reject").json()["decisionId"])
    requests = [
        (f"/profiles/{ids[0]}/approve", said),
        (f"/profiles/{ids[1]}/maybe", said),
        (f"/profiles/decisions/{undone}/undo", None),
        (f"/profiles/{ids[2]}/skip", None),
    ]
    answers = [reviewer.post(path, json=body) for path, body in requests]
    assert all(one.is_success for one in answers)
    everything = "SELECT * FROM review_items ORDER BY id", "SELECT * FROM review_log"
    events = "SELECT count(*) FROM tracking_events"
    before = [table_of(one) for one in (*everything, events)]
    for _ in range(2):
        again = [reviewer.post(path, json=body) for path, body in requests]
        assert [one.json() for one in again] == [one.json() for one in answers]
    assert [table_of(one) for one in (*everything, events)] == before


def test_a_repeat_under_its_key_is_not_done_again(
    operator: httpx.Client, ids: list[str]
) -> None:
    path, key = f"/profiles/{ids[0]}/approve", {"Idempotency-Key": "one"}
    first = operator.post(path, json={}, headers=key)
    assert operator.post(f"/profiles/{ids[0]}/pending").is_success
    again = operator.post(path, json={}, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert operator.get(f"/profiles/{ids[0]}").json()["status"] == "pending"


def test_one_undoes_what_one_decided_and_sees_it_in_the_history(
    signed_in: SignedIn, ids: list[str]
) -> None:
    reviewer, operator = signed_in(Role.REVIEWER), signed_in(Role.OPERATOR)
    card = reviewer.post(f"/profiles/{ids[0]}/reject", json={"reason": "no"}).json()
    path = f"/profiles/decisions/{card['decisionId']}/undo"
    refused = operator.post(path)
    assert (refused.status_code, refused.json()["error"]) == (403, "not_your_decision")
    assert reviewer.post(path).json() == {"undone": 1, "ids": [ids[0]]}
    (own,) = reviewer.get("/profiles/decisions/mine").json()["items"]
    assert (own["isUndone"], own["decision"], own["count"]) == (True, "rejected", 1)
    steps = operator.get(f"/profiles/{ids[0]}/history").json()["items"]
    assert [(one["from"], one["to"], one["byName"]) for one in steps] == [
        ("pending", "rejected", "The reviewer"),
        ("rejected", "pending", "The reviewer"),
    ]
    assert steps[0]["client"].startswith("python-httpx/")
    assert operator.get(f"/profiles/{ids[0]}/earlier").json() == {"items": []}


def test_a_decided_one_is_reopened_with_a_reason(
    operator: httpx.Client, ids: list[str]
) -> None:
    operator.post(f"/profiles/{ids[0]}/reject")
    path = f"/profiles/{ids[0]}/reopen"
    assert operator.post(path, json={}).status_code == 422
    assert operator.post(path, json={"reason": ""}).status_code == 422
    card = operator.post(path, json={"reason": "a new page"}).json()
    assert (card["status"], card["reason"]) == ("pending", "a new page")
    waiting = operator.post(f"/profiles/{ids[1]}/reopen", json={"reason": "x"})
    assert (waiting.status_code, waiting.json()["error"]) == (409, "not_decided")


def test_cards_are_handed_out_held_renewed_and_given_back(
    signed_in: SignedIn, ids: list[str]
) -> None:
    reviewer, operator = signed_in(Role.REVIEWER), signed_in(Role.OPERATOR)
    hand = reviewer.post("/profiles/next", json={"count": 2}).json()
    assert [one["id"] for one in hand["items"]] == ids[:2]
    assert hand["waiting"] == 3
    assert hand["items"][0]["lease"]["byName"] == "The reviewer"
    listed = operator.get("/profiles").json()["items"]
    assert [bool(one["lease"]) for one in listed] == [True, True, False]
    rest = operator.post("/profiles/next", json={"count": 5}).json()["items"]
    assert [one["id"] for one in rest] == ids[2:]
    refused = operator.post(f"/profiles/{ids[0]}/approve", json={"version": 1})
    assert (refused.status_code, refused.json()["error"]) == (409, "leased_elsewhere")
    assert refused.json()["details"]["byName"] == "The reviewer"
    renewed = reviewer.post("/profiles/leases/renew", json={"ids": ids}).json()
    assert renewed["lost"] == ids[2:]
    assert renewed["until"] > hand["items"][0]["lease"]["until"]
    given_back = reviewer.post("/profiles/leases/release", json={"ids": ids}).json()
    assert given_back == {"released": 2}
    assert operator.post(f"/profiles/{ids[0]}/approve").is_success


def test_an_abandoned_lease_returns_within_its_time(
    environment: pytest.MonkeyPatch, signed_in: SignedIn, ids: list[str]
) -> None:
    environment.setenv("MUSTER_REVIEWS__LEASE", "PT1S")
    read_settings_again()
    reviewer, operator = signed_in(Role.REVIEWER), signed_in(Role.OPERATOR)
    hand = reviewer.post("/profiles/next", json={"count": 3}).json()["items"]
    assert len(hand) == 3
    assert operator.post("/profiles/next").json()["items"] == []
    deadline, pause = monotonic() + 10, Event()
    while not operator.post("/profiles/next").json()["items"]:
        assert monotonic() < deadline, "the lease did not end"
        pause.wait(0.02)
    assert now() >= datetime.fromisoformat(hand[0]["lease"]["until"])
    assert {one["id"] for one in hand} == set(ids)


def test_progress_counts_mine_and_the_teams(
    signed_in: SignedIn, ids: list[str]
) -> None:
    reviewer, operator = signed_in(Role.REVIEWER), signed_in(Role.OPERATOR)
    reviewer.post(f"/profiles/{ids[0]}/approve")
    operator.post(f"/profiles/{ids[1]}/reject")
    told = reviewer.get("/profiles/progress").json()
    assert told["mine"] == {"today": 1, "perMinute": 1.0}
    assert (told["team"]["today"], told["team"]["perMinute"]) == (2, 2.0)
    assert {one["name"] for one in told["team"]["people"]} == {
        "The reviewer",
        "The operator",
    }
    assert (told["waiting"], told["secondsLeft"]) == (1, 30)
    elsewhere = {"campaignId": str(uuid4())}
    empty = reviewer.get("/profiles/progress", params=elsewhere).json()
    assert (empty["mine"]["today"], empty["waiting"], empty["secondsLeft"]) == (
        0,
        0,
        None,
    )


def test_a_campaign_asks_for_several_opinions_and_says_so(
    signed_in: SignedIn,
) -> None:
    operator, reviewer = signed_in(Role.OPERATOR), signed_in(Role.REVIEWER)
    with transaction() as session:
        campaign_id = create_campaign(session)
    path = f"/campaigns/{campaign_id}"
    assert operator.get(path).json()["reviewRule"] == {"opinions": 1, "of": 1}
    changed = operator.patch(
        path, json={"reviewRule": {"opinions": 2, "of": 3}}, headers={"If-Match": "*"}
    )
    assert changed.json()["reviewRule"] == {"opinions": 2, "of": 3}
    wrong = {"reviewRule": {"opinions": 3, "of": 2}}
    refused = operator.patch(path, json=wrong, headers={"If-Match": "*"})
    assert refused.status_code == 422
    queue_many(1, campaign_id=campaign_id)
    (waiting,) = reviewer.post("/profiles/next").json()["items"]
    assert waiting["campaignId"] == str(campaign_id)
    mira = waiting["id"]
    card = reviewer.post(f"/profiles/{mira}/approve").json()
    assert card["status"] == "pending"
    assert card["votes"] == {
        "approve": 1,
        "reject": 0,
        "needed": 2,
        "of": 3,
        "isSplit": False,
    }
    again = reviewer.post(f"/profiles/{mira}/reject")
    assert (again.status_code, again.json()["error"]) == (409, "already_voted")
    assert operator.post(f"/profiles/{mira}/approve").json()["status"] == "approved"
