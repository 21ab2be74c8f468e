"""A run's report over HTTP: its numbers, its list, its file, and a re-run."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from config.clock import now
from config.vocabulary import Fate, Role
from tasks.campaigns.run_items import (
    UnreadItem,
    add_pages,
    add_unreadable_items,
    settle_pages,
)
from tasks.campaigns.runs import advance_run, close_run
from tasks.campaigns.schemas import PortionCounts, TakenRun
from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.prefect import forget_prefect_client

PAGES = {"kind": "html_pages", "listingUrl": "https://a.example/all", "recipe": "x"}


@pytest.fixture(autouse=True)
def prefect_away(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Have nothing listen where Prefect is."""
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:1/api")
    read_settings_again()
    forget_prefect_client()
    yield
    forget_prefect_client()


def an_ended_run(source: dict[str, Any], *, fails: int = 3) -> TakenRun:
    """Return a run of ten items, some of which were lost."""
    taken = create_taken_run(source=source)
    urls = [f"https://a.example/={number}" for number in range(10)]
    lost = dict.fromkeys(urls[:fails], Fate.LOST)
    told = [
        UnreadItem(url, "=the host answered 503", fate) for url, fate in lost.items()
    ]
    counts = PortionCounts(
        found=10,
        acquired=10 - fails,
        unreadable=fails,
        listed=fails,
        fates={Fate.ACQUIRED: 10 - fails, Fate.LOST: fails},
    )
    with transaction() as session:
        add_pages(session, taken.campaign_run_id, urls)
        settle_pages(session, taken.campaign_run_id, urls, failed=lost)
        add_unreadable_items(session, taken.campaign_run_id, told)
        advance_run(session, taken, counts, position={}, stage_seconds={}, now=now())
    with transaction() as session:
        close_run(session, taken, now=now())
    return taken


def path_of(campaign_id: UUID) -> str:
    return f"/campaigns/{campaign_id}"


def test_a_report_counts_and_lists(operator: httpx.Client) -> None:
    taken = an_ended_run(PAGES)
    path = f"{path_of(taken.campaign_id)}/report"
    told = operator.get(path, params={"limit": 2}).json()
    report = told["report"]
    assert sum(one["items"] for one in report["counts"]) == report["total"] == 10
    assert (report["toRerun"], report["noRerunBecause"]) == (3, None)
    rest = operator.get(path, params={"limit": 2, "after": told["next"]}).json()
    assert (len(told["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert {one["fate"] for one in told["items"] + rest["items"]} == {"lost"}
    assert operator.get(path, params={"fate": "gone"}).json()["items"] == []
    named = operator.get(path, params={"runId": str(taken.campaign_run_id)}).json()
    assert named["report"] == report
    shown = operator.get(path_of(taken.campaign_id)).json()["run"]
    assert (shown["found"], shown["fates"]) == (10, {"acquired": 7, "lost": 3})


def test_the_file_adds_up_and_holds_no_formula(operator: httpx.Client) -> None:
    taken = an_ended_run(PAGES)
    answer = operator.get(f"{path_of(taken.campaign_id)}/report/export")
    assert 'filename="report.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert sum(int(row["items"]) for row in rows) == 10
    assert {row["reason"] for row in rows if row["fate"] == "lost"} == {
        "'=the host answered 503"
    }


def test_a_report_that_is_not_there_says_so(operator: httpx.Client) -> None:
    with transaction() as session:
        fresh = create_campaign(session)
    taken, other = an_ended_run(PAGES), an_ended_run(PAGES)
    path = f"{path_of(taken.campaign_id)}/report"
    for wrong, query, status in (
        (f"{path_of(uuid4())}/report", {}, 404),
        (f"{path_of(fresh)}/report", {}, 404),
        (f"{path_of(fresh)}/report/export", {}, 404),
        (path, {"runId": str(other.campaign_run_id)}, 404),
        (path, {"after": "nowhere"}, 422),
        (path, {"after": f"1-{10**30}"}, 422),
        (path, {"fate": "eaten"}, 422),
    ):
        answer = operator.get(wrong, params=query)
        assert answer.status_code == status, answer.text


def test_a_re_run_is_started_once_a_key(operator: httpx.Client) -> None:
    taken = an_ended_run(PAGES)
    path = f"{path_of(taken.campaign_id)}/rerun-failed"
    key = {"Idempotency-Key": "once"}
    made = operator.post(path, headers=key).json()
    assert made["status"] == "active"
    assert made["run"]["rerunOf"] == str(taken.campaign_run_id)
    assert made["run"]["found"] == 3
    assert operator.post(path, headers=key).json() == made
    refused = operator.post(path)
    assert (refused.status_code, refused.json()["error"]) == (409, "campaign_state")


def test_a_re_run_of_nothing_and_of_a_table_says_why_not(
    operator: httpx.Client,
) -> None:
    whole = an_ended_run(PAGES, fails=0)
    answer = operator.post(f"{path_of(whole.campaign_id)}/rerun-failed")
    assert (answer.status_code, answer.json()["error"]) == (409, "nothing_to_rerun")
    table = an_ended_run({"kind": "table", "tableId": str(uuid4()), "columns": {}})
    path = f"{path_of(table.campaign_id)}/rerun-failed"
    answer = operator.post(path, json={"fates": ["lost"]})
    assert (answer.status_code, answer.json()["error"]) == (409, "nothing_to_rerun")
    assert "in the file" in answer.json()["message"]
    answer = operator.post(path, json={"fates": ["acquired"]})
    assert answer.status_code == 422


def test_who_may_not_start_a_campaign_may_not_re_run_it(signed_in: SignedIn) -> None:
    taken = an_ended_run(PAGES)
    reviewer = signed_in(Role.REVIEWER)
    answer = reviewer.post(f"{path_of(taken.campaign_id)}/rerun-failed")
    assert answer.status_code == 403
