"""Campaigns, the review queue and numbers over HTTP, and what bad input gets."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from config.vocabulary import Role
from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again

TABLE = b"user,fans\nmira,12\ntal,34\n"


def upload(operator: httpx.Client, content: bytes = TABLE) -> dict[str, Any]:
    answer = operator.post("/campaigns/tables?name=people.csv", content=content)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def campaign_of(table_id: str) -> dict[str, Any]:
    return {
        "name": "Potters",
        "source": {
            "kind": "table",
            "tableId": table_id,
            "columns": {"handle": "user", "followers": "fans"},
            "platform": "demo",
        },
        "criteria": {"followers": {"min": 20}},
        "threshold": 60,
        "wanted": 10,
    }


def fields_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["error"] == "validation_error"
    return {one["path"]: one["message"] for one in told["details"]["fields"]}


def test_an_uploaded_table_shows_its_columns_and_first_row(
    operator: httpx.Client,
) -> None:
    told = upload(operator)
    assert told["columns"] == ["user", "fans"]
    assert told["firstRow"] == {"user": "mira", "fans": "12"}
    assert told["sizeBytes"] == len(TABLE)
    assert told["form"] == "csv"


def test_an_empty_or_too_large_table_is_refused(
    operator: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    assert "empty" in fields_of(operator.post("/campaigns/tables"))["table"]
    environment.setenv("MUSTER_API__LARGEST_UPLOAD_BYTES", "2048")
    read_settings_again()
    answer = operator.post("/campaigns/tables", content=b"a,b\n" * 1_000)
    assert "MUSTER_API__LARGEST_UPLOAD_BYTES" in fields_of(answer)["table"]


def test_a_campaign_is_created_listed_and_looked_at(operator: httpx.Client) -> None:
    asked = campaign_of(upload(operator)["tableId"])
    made = operator.post("/campaigns", json=asked)
    assert made.status_code == 201, made.text
    campaign = made.json()
    assert campaign["status"] == "draft"
    assert campaign["run"] is None
    assert operator.get(f"/campaigns/{campaign['id']}").json() == campaign
    assert operator.get("/api/v1/campaigns").json()["items"] == [campaign]
    assert operator.get(f"/campaigns/{campaign['id']}/unreadable").json() == {
        "items": [],
        "next": None,
    }


def test_campaigns_are_read_page_by_page(operator: httpx.Client) -> None:
    with transaction() as session:
        made = [str(create_campaign(session, name=f"No {n}")) for n in range(5)]
    seen: list[str] = []
    before = None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        page = operator.get("/campaigns", params=query).json()
        seen += [one["id"] for one in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert seen == sorted(made, reverse=True)


def test_what_contradicts_itself_is_refused_at_the_field(
    operator: httpx.Client,
) -> None:
    asked = campaign_of(str(uuid4()))
    asked["criteria"] = {"followers": {"min": 9, "max": 1}}
    refused = fields_of(operator.post("/campaigns", json=asked))
    assert "min 9 is larger" in refused["criteria.followers"]
    asked["criteria"] = {"excludedHandles": ["mira", "demo:@"]}
    refused = fields_of(operator.post("/campaigns", json=asked))
    assert "names no handle" in refused["criteria.excludedHandles.1"]
    asked = campaign_of(str(uuid4())) | {"source": {"kind": "smoke signals"}}
    assert "source" in fields_of(operator.post("/campaigns", json=asked))
    asked = campaign_of(str(uuid4())) | {"threshold": 101, "name": ""}
    assert set(fields_of(operator.post("/pipeline/run", json=asked))) == {
        "threshold",
        "name",
    }
    missing_column = campaign_of(upload(operator)["tableId"])
    missing_column["source"]["columns"]["bio"] = "about"
    assert fields_of(operator.post("/campaigns", json=missing_column))


def test_what_does_not_exist_is_not_found(operator: httpx.Client) -> None:
    nobody = uuid4()
    for path in (f"/campaigns/{nobody}", f"/profiles/{nobody}", "/nothing"):
        answer = operator.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["correlationId"] == answer.headers["x-request-id"]
    assert operator.post("/campaigns", json=campaign_of(str(nobody))).status_code == 404


def test_a_campaign_in_the_wrong_state_is_a_conflict(operator: httpx.Client) -> None:
    with transaction() as session:
        campaign_id = create_campaign(session)
    answer = operator.post(f"/campaigns/{campaign_id}/pause")
    assert answer.status_code == 409
    assert answer.json()["error"] == "campaign_state"


def test_a_running_campaign_is_paused_and_completed(operator: httpx.Client) -> None:
    taken = create_taken_run()
    path = f"/campaigns/{taken.campaign_id}"
    assert operator.post(f"{path}/pause").json()["status"] == "paused"
    assert operator.post(f"{path}/resume").json()["status"] == "active"
    assert operator.post(f"{path}/complete").json()["status"] == "completed"


def test_a_running_or_paused_campaign_is_cancelled(operator: httpx.Client) -> None:
    for first in ([], ["pause"]):
        path = f"/campaigns/{create_taken_run().campaign_id}"
        for wish in first:
            operator.post(f"{path}/{wish}")
        campaign = operator.post(f"{path}/cancel").json()
        assert campaign["status"] == campaign["run"]["state"] == "cancelled"
        again = operator.post(f"{path}/cancel")
        assert (again.status_code, again.json()["error"]) == (409, "campaign_state")


def test_a_campaign_starts_anew_only_when_its_last_run_has_stopped(
    operator: httpx.Client,
) -> None:
    path = f"/campaigns/{create_taken_run().campaign_id}"
    assert operator.post(f"{path}/complete").json()["status"] == "completed"
    answer = operator.post(f"{path}/start")
    assert answer.status_code == 409, answer.text
    assert answer.json()["error"] == "campaign_state"


def test_a_reviewer_goes_through_the_queue(signed_in: SignedIn) -> None:
    reviewer = signed_in(Role.REVIEWER)
    taken = create_taken_run()
    ids = [str(one) for one in queue_handles(taken, "mira", "tal", "noa", "adi", "lev")]
    page = reviewer.get("/profiles", params={"limit": 3}).json()
    rest = reviewer.get("/profiles", params={"after": page["next"]}).json()
    assert sorted(one["id"] for one in page["items"] + rest["items"]) == sorted(ids)
    waiting = {"pending": 5, "approved": 0, "rejected": 0, "maybe": 0}
    assert page["counts"] == waiting
    card = reviewer.post(f"/profiles/{ids[0]}/approve").json()
    assert card["status"] == "approved"
    refused = reviewer.post(f"/profiles/{ids[0]}/reject", json={"reason": "no"})
    assert refused.status_code == 409
    assert refused.json()["error"] == "already_decided"
    assert reviewer.post(f"/profiles/{ids[0]}/pending").json()["status"] == "pending"
    many = reviewer.post("/profiles/batch/reject", json={"ids": [*ids, str(uuid4())]})
    assert many.json().items() >= {"matched": 5, "modified": 5}.items()
    query = {"status": "rejected", "campaignId": str(taken.campaign_id)}
    assert len(reviewer.get("/profiles", params=query).json()["items"]) == 5
    assert fields_of(reviewer.get("/profiles", params={"after": "x"}))
    metrics = reviewer.get("/analytics/metrics").json()
    decided = {"pending": 0, "approved": 0, "rejected": 5, "maybe": 0}
    assert metrics["profiles"] == decided
    assert metrics["campaigns"]["active"] == 1


def test_recipes_are_listed_for_the_form(operator: httpx.Client) -> None:
    items = operator.get("/recipes").json()["items"]
    demo = next(one for one in items if one["name"] == "demo-people")
    assert demo["title"] == "Demo people"
    assert demo["description"]
    assert (demo["kind"], demo["needs"]["listing"]) == ("html_pages", True)


def test_recipes_of_all_kinds_say_what_they_need(operator: httpx.Client) -> None:
    items = operator.get("/recipes").json()["items"]
    assert {one["kind"] for one in items} == {"html_pages", "json_api"}
    assert all(one["version"] >= 1 for one in items)
    assert [one["name"] for one in items] == sorted(one["name"] for one in items)
    found = operator.get("/recipes", params={"kind": "json_api"}).json()["items"]
    assert {one["kind"] for one in found} == {"json_api"}
    by_name = {one["name"]: one for one in found}
    assert by_name["x-users"]["needs"]["secret"] == "required"
    assert by_name["x-users"]["inputs"][0]["many"]
    assert by_name["mastodon-directory"]["needs"]["baseUrl"]
    assert by_name["bluesky-search"]["needs"]["secret"] == "none"
    assert by_name["bluesky-search"]["details"]
    assert operator.get("/recipes", params={"kind": "x"}).status_code == 422


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "json_api", "recipe": "bluesky-search", "inputs": {"query": "x"}},
        {
            "kind": "html_pages",
            "recipe": "mastodon",
            "listingUrl": "https://people.example/all",
        },
    ],
)
def test_a_recipe_of_another_version_is_refused(
    operator: httpx.Client, source: dict[str, Any]
) -> None:
    asked = {"name": "x", "source": source | {"recipeVersion": 999}}
    answer = operator.post("/campaigns", json=asked)
    assert set(fields_of(answer)) == {"source.recipeVersion"}
    asked["source"] = source | {"recipeVersion": 1}
    assert operator.post("/campaigns", json=asked).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/auth/login", {"content": b"\xff\xfe{"}),
        ("POST", "/auth/login", {"content": b"{", "headers": {"Content-Type": "x"}}),
        ("POST", "/auth/login", {"json": []}),
        ("POST", "/auth/login", {"json": {"email": "a\0@b.c", "password": "x"}}),
        ("POST", "/auth/login", {"json": {"email": "a@b.c", "password": "\0"}}),
        ("POST", "/campaigns", {"json": {"name": "a\0"}}),
        ("POST", "/campaigns/preview", {"json": None}),
        ("POST", "/analytics/event", {"json": {"type": "review", "data": {"a": "\0"}}}),
        ("POST", "/analytics/event", {"json": {"type": "review", "data": {"id": 1}}}),
        ("POST", "/profiles/batch/approve", {"json": {"ids": []}}),
        ("GET", "/campaigns?limit=0", {}),
        ("GET", "/campaigns?limit=-1", {}),
        ("GET", f"/campaigns?limit={10**30}", {}),
        ("GET", "/campaigns?before=%00", {}),
        ("GET", f"/campaigns/{uuid4()}/unreadable?after={10**30}", {}),
        ("GET", "/profiles?after=9_x", {}),
        ("GET", f"/profiles?after={10**12}_{uuid4()}", {}),
        ("GET", "/tracking/recent?types=gossip", {}),
        ("GET", "/tracking/stream?last_event_id=x", {}),
        ("DELETE", "/campaigns", {}),
        ("GET", "/profiles/%00", {}),
    ],
)
def test_bad_input_is_answered_with_a_problem_and_never_500(
    operator: httpx.Client, method: str, path: str, sent: dict[str, Any]
) -> None:
    answer = operator.request(method, path, **sent)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {
        *("type", "title", "status", "error", "message", "details", "correlationId")
    }


def test_the_correlation_id_of_the_caller_is_kept(operator: httpx.Client) -> None:
    answer = operator.get("/nothing", headers={"X-Request-ID": "of-the-caller"})
    assert answer.headers["x-request-id"] == "of-the-caller"
    assert answer.json()["correlationId"] == "of-the-caller"
