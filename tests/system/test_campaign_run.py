"""The main job, from the API's door to the review queue, over the running stack."""

import json
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from config.sections.campaigns import CampaignsSettings
from deployments.stack.home import Home
from deployments.stack.state import read_state
from tests.fixtures.file_site import Answer, file_site, listing_of
from tests.fixtures.stack import RunningStack, wait_for_run

WANTED = {"threshold": 60, "wanted": 10_000}
CRITERIA = {"followers": {"min": 1_000, "max": 500_000}, "keywords": ["ceramics"]}


def start(client: httpx.Client, source: dict[str, Any], **more: Any) -> str:
    request = {"name": "A test", "source": source, "criteria": CRITERIA, **WANTED}
    answer = client.post("/pipeline/run", json=request | more)
    assert answer.status_code == 202, answer.text
    campaign_id: str = answer.json()["campaignId"]
    return campaign_id


def upload(client: httpx.Client, content: bytes, name: str = "people.csv") -> str:
    answer = client.post("/campaigns/tables", params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    table_id: str = answer.json()["tableId"]
    return table_id


def all_cards(client: httpx.Client, campaign_id: str) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = []
    after = None
    while True:
        page = client.get(
            "/profiles",
            params={"campaignId": campaign_id, "status": "all", "limit": 200}
            | ({"after": after} if after else {}),
        ).json()
        cards += page["items"]
        after = page["next"]
        if after is None:
            return cards


def unreadable(client: httpx.Client, campaign_id: str) -> dict[str, str]:
    answer = client.get(f"/campaigns/{campaign_id}/unreadable", params={"limit": 200})
    return {one["reference"]: one["reason"] for one in answer.json()["items"]}


def demo_source(stack: RunningStack) -> dict[str, str]:
    return {
        "kind": "html_pages",
        "listingUrl": f"{stack.demo_site_url}/people",
        "recipe": "demo-people",
    }


def csv_of(rows: int, *, said: str = "") -> bytes:
    lines = ["handle,name,followers,about"]
    lines += [
        f"person{n},Person {n},{n * 7},{'ceramics' if n % 3 else 'bread'}{said}"
        for n in range(rows)
    ]
    return "\n".join(lines).encode()


CSV_COLUMNS = {
    "handle": "handle",
    "displayName": "name",
    "followers": "followers",
    "bio": "about",
}


def test_the_demo_campaign_is_acquired_scored_and_queued(
    stack: RunningStack, api: httpx.Client
) -> None:
    campaign_id = start(api, demo_source(stack))
    campaign_run = wait_for_run(api, campaign_id)
    assert campaign_run["state"] == "completed", campaign_run
    assert campaign_run["acquired"] == 297
    assert campaign_run["scored"] == campaign_run["queued"] + campaign_run["rejected"]
    cards = all_cards(api, campaign_id)
    assert len(cards) == campaign_run["queued"] > 0
    assert all(card["score"] >= WANTED["threshold"] for card in cards)
    assert all(
        sum(part["points"] for part in card["parts"]) == card["score"] for card in cards
    )
    reasons = unreadable(api, campaign_id)
    assert len(reasons) == campaign_run["unreadable"] == 4
    assert sum(campaign_run["fates"].values()) == campaign_run["found"] == 301


def test_every_step_is_told_once_and_in_order(
    stack: RunningStack, api: httpx.Client
) -> None:
    campaign_id = start(api, demo_source(stack), wanted=100)
    campaign_run = wait_for_run(api, campaign_id)
    assert campaign_run["acquired"] == 100
    events = recent_events(api, campaign_id)
    positions = [event["id"] for event in events]
    assert positions == sorted(set(positions), reverse=True)
    kinds = Counter(event["type"] for event in events)
    assert kinds["acquisition"] == kinds["filtering"] == campaign_run["acquired"]
    assert kinds["review"] == campaign_run["queued"]


def test_a_killed_worker_changes_nothing_about_the_result(
    stack: RunningStack, api: httpx.Client
) -> None:
    rows = 40_000
    source = {"kind": "table", "columns": CSV_COLUMNS, "platform": "demo"}
    content = csv_of(rows, said=" and much more" * 6)
    assert len(content) > CampaignsSettings().large_table_bytes, "read by a process"
    source["tableId"] = upload(api, content)
    undisturbed = start(api, source, wanted=rows)
    assert wait_for_run(api, undisturbed)["attempt"] == 1
    disturbed = start(api, source, wanted=rows)
    wait_for_run(api, disturbed, until=lambda run: run["acquired"] > 3_000)
    kill_worker(stack)
    campaign_run = wait_for_run(api, disturbed)
    assert campaign_run["state"] == "completed", campaign_run
    assert campaign_run["attempt"] > 1
    assert (campaign_run["acquired"], campaign_run["known"]) == (rows, 0)
    assert (campaign_run["found"], campaign_run["fates"]) == (rows, {"acquired": rows})
    assert stored_rows(stack, disturbed) == stored_rows(stack, undisturbed)
    assert told(stack, disturbed) == told(stack, undisturbed)


def kill_worker(stack: RunningStack) -> None:
    """
    Kill the worker the hard way, in the middle of its work, and all that it forked.

    By itself the run would have five seconds to end in, in which it may be done.
    """
    state = read_state(Home(stack.home))
    assert state is not None
    (worker,) = [part for part in state.parts if part.name == "worker"]
    assert worker.pid is not None
    process = psutil.Process(worker.pid)
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            one.kill()


def stored_rows(stack: RunningStack, campaign_id: str) -> list[tuple[Any, ...]]:
    return ask(
        stack,
        "SELECT handle, public_profiles.score, followers, review_items.id IS NOT NULL "
        "FROM public_profiles LEFT JOIN review_items USING (id) "
        "WHERE public_profiles.campaign_id = %s ORDER BY handle",
        campaign_id,
    )


def told(stack: RunningStack, campaign_id: str) -> list[tuple[Any, ...]]:
    """Return how often each kind of event was told, and about how many."""
    return ask(
        stack,
        "SELECT type, count(*), count(DISTINCT each->>'profile') "
        "FROM tracking_events, json_array_elements(alike) AS each "
        "WHERE campaign_id = %s AND type <> 'campaign' GROUP BY type ORDER BY type",
        campaign_id,
    )


def ask(stack: RunningStack, query: str, campaign_id: str) -> list[tuple[Any, ...]]:
    address = stack.environment["MUSTER_DATABASE__URL"].replace("+psycopg", "")
    with psycopg.connect(address) as link:
        return link.execute(query.encode(), (campaign_id,)).fetchall()


def recent_events(client: httpx.Client, campaign_id: str) -> list[dict[str, Any]]:
    answer = client.get(
        "/tracking/recent", params={"campaignId": campaign_id, "limit": 500}
    )
    assert answer.status_code == HTTPStatus.OK, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({"kind": "carrier_pigeon"}, "source"),
        (
            {"kind": "html_pages", "listingUrl": "http://127.0.0.1:9", "recipe": "no"},
            "source.recipe",
        ),
    ],
)
def test_a_source_nobody_knows_is_refused_at_the_door(
    api: httpx.Client, source: dict[str, Any], path: str
) -> None:
    answer = api.post("/pipeline/run", json={"name": "x", "source": source})
    problem = answer.json()
    assert (answer.status_code, problem["error"]) == (422, "validation_error")
    assert [field["path"] for field in problem["details"]["fields"]] == [path]


def test_a_criterion_that_contradicts_itself_is_refused_at_the_door(
    stack: RunningStack, api: httpx.Client
) -> None:
    criteria = {"followers": {"min": 10, "max": 5}}
    request = {"name": "x", "source": demo_source(stack), "criteria": criteria}
    answer = api.post("/pipeline/run", json=request)
    (field,) = answer.json()["details"]["fields"]
    assert answer.status_code == 422
    assert field["path"].startswith("criteria.followers")
    assert "min 10 is larger than max 5" in field["message"]


def test_a_table_without_the_named_column_is_refused_at_the_door(
    api: httpx.Client,
) -> None:
    table_id = upload(api, csv_of(3))
    columns = {"handle": "handle", "followers": "fans"}
    source = {"kind": "table", "tableId": table_id, "columns": columns}
    answer = api.post(
        "/pipeline/run", json={"name": "x", "source": source | {"platform": "demo"}}
    )
    (field,) = answer.json()["details"]["fields"]
    assert answer.status_code == 422
    assert field["path"] == "source.columns.followers"
    assert "fans" in field["message"]


def test_an_empty_file_is_refused_at_the_door(api: httpx.Client) -> None:
    answer = api.post("/campaigns/tables", params={"name": "none.csv"}, content=b"")
    assert answer.status_code == 422
    assert "empty" in answer.json()["message"]


def test_rows_with_broken_encoding_are_counted_and_shown(api: httpx.Client) -> None:
    content = csv_of(3) + b"\nbroken,\xff\xfe\xfa,12,x\nlast,Last,9,x\n"
    source = {"kind": "table", "columns": CSV_COLUMNS, "platform": "demo"}
    campaign_id = start(api, source | {"tableId": upload(api, content)})
    campaign_run = wait_for_run(api, campaign_id)
    assert (campaign_run["acquired"], campaign_run["unreadable"]) == (4, 1)
    ((reference, reason),) = unreadable(api, campaign_id).items()
    assert reference == "line 5"
    assert "UTF-8" in reason


@pytest.mark.parametrize("status_code", [404, 500])
def test_a_listing_that_does_not_answer_fails_the_run_with_its_reason(
    api: httpx.Client, status_code: int
) -> None:
    answers = {"/people": Answer(b"", status_code=status_code)}
    with file_site(answers) as url:
        source = {"kind": "html_pages", "listingUrl": f"{url}/people"}
        campaign_id = start(api, source | {"recipe": "demo-people"})
        campaign_run = wait_for_run(api, campaign_id)
    assert campaign_run["state"] == "failed"
    assert str(status_code) in campaign_run["error"]["message"]


def test_pages_that_cannot_be_read_are_listed_and_the_rest_is_kept(
    stack: RunningStack, api: httpx.Client
) -> None:
    page = httpx.get(f"{stack.demo_site_url}/people")
    first = next(
        part.split('"')[0]
        for part in page.text.split('href="')[1:]
        if part.startswith("/people/")
    )
    answers = {
        "/people": listing_of(["/people/good", "/report.pdf", "/people/gone"]),
        "/people/good": Answer(httpx.get(f"{stack.demo_site_url}{first}").content),
        "/report.pdf": Answer(b"%PDF-1.7", content_type="application/pdf"),
    }
    with file_site(answers) as url:
        source = {"kind": "html_pages", "listingUrl": f"{url}/people"}
        campaign_id = start(api, source | {"recipe": "demo-people"})
        campaign_run = wait_for_run(api, campaign_id)
        assert (campaign_run["acquired"], campaign_run["unreadable"]) == (1, 2)
        reasons = unreadable(api, campaign_id)
    assert "application/pdf" in reasons[f"{url}/report.pdf"]
    assert "404" in reasons[f"{url}/people/gone"]


def test_a_paused_campaign_goes_on_from_where_it_stopped(api: httpx.Client) -> None:
    rows = 40_000
    source = {"kind": "table", "columns": CSV_COLUMNS, "platform": "demo"}
    source["tableId"] = upload(api, csv_of(rows))
    campaign_id = start(api, source, wanted=rows)
    wait_for_run(api, campaign_id, until=lambda run: run["acquired"] > 0)
    paused = api.post(f"/campaigns/{campaign_id}/pause").json()
    assert paused["status"] == "paused"
    halted = wait_for_run(api, campaign_id, until=lambda run: run["state"] != "running")
    assert halted["state"] == "paused"
    assert 0 < halted["acquired"] < rows
    resumed = api.post(f"/campaigns/{campaign_id}/resume").json()
    assert resumed["status"] == "active"
    campaign_run = wait_for_run(api, campaign_id)
    assert (campaign_run["state"], campaign_run["acquired"]) == ("completed", rows)
    assert campaign_run["known"] == 0


def test_a_cancelled_campaign_stops_at_once_and_goes_on_when_it_is_run_again(
    stack: RunningStack, api: httpx.Client
) -> None:
    rows = 40_000
    source = {"kind": "table", "columns": CSV_COLUMNS, "platform": "demo"}
    source["tableId"] = upload(api, csv_of(rows))
    campaign_id = start(api, source, wanted=rows)
    wait_for_run(api, campaign_id, until=lambda run: run["acquired"] > 1_000)
    assert api.post(f"/campaigns/{campaign_id}/cancel").json()["status"] == "cancelled"
    stored = len(stored_rows(stack, campaign_id))
    assert 1_000 < stored < rows
    api.post(f"/campaigns/{campaign_id}/start").raise_for_status()
    campaign_run = wait_for_run(api, campaign_id)
    assert campaign_run["known"] == stored, "nothing was stored after the end"
    assert campaign_run["acquired"] + campaign_run["known"] == rows


def test_the_api_answers_in_the_documents_words(api: httpx.Client) -> None:
    answer = api.get("/campaigns/01890000-0000-7000-8000-000000000000")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"error", "message", "details", "correlationId"} <= set(problem)
    assert json.dumps(problem)
