"""The queue as a list and as a file, by the words of an address."""

import csv
import json
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from tasks.database import transaction
from tests.factories.review_queue import queue_many


def test_words_of_the_address_filter_and_sort(operator: httpx.Client) -> None:
    campaign_id = queue_many(102)
    ids = [one["id"] for one in operator.get("/profiles?limit=3").json()["items"]]
    operator.post("/profiles/batch/reject", json={"ids": ids, "reason": "no clay"})
    asked = {
        "campaignId": str(campaign_id),
        "decision": ["rejected", "pending"],
        "minScore": 99,
        "platform": "demo",
        "sort": "score",
        "limit": 100,
    }
    items = operator.get("/profiles", params=asked).json()["items"]
    assert [one["score"] for one in items] == [99, 99, 100, 100]
    asked = {"status": "rejected", "reason": "CLAY"}
    found = operator.get("/profiles", params=asked).json()["items"]
    assert {one["id"] for one in found} == set(ids)
    assert operator.get("/profiles?search=person17").json()["items"][0]["handle"]
    assert operator.get("/profiles?verified=true").json()["items"] == []


def test_a_list_is_read_page_by_page_in_any_order(operator: httpx.Client) -> None:
    queue_many(25)
    for sort in ("-score", "score", "uncertainty", "createdAt", "-createdAt"):
        seen: list[str] = []
        after = None
        while True:
            query = {"limit": 10, "sort": sort} | ({"after": after} if after else {})
            page = operator.get("/profiles", params=query).json()
            seen += [one["id"] for one in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert len(seen) == len(set(seen)) == 25, sort


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("minScore=101", "minScore"),
        ("decision=perhaps", "decision"),
        ("status=perhaps", "status"),
        ("sort=colour", "sort"),
        ("search=%00", "search"),
        ("sort=createdAt&after=80_x", "after"),
        ("minScore=9&maxScore=1", "query"),
    ],
)
def test_a_wrong_word_is_refused_by_its_name(
    operator: httpx.Client, query: str, path: str
) -> None:
    for address in ("/profiles", "/profiles/export"):
        if "after" in query and address != "/profiles":
            continue
        answer = operator.get(f"{address}?{query}")
        assert answer.status_code == 422, answer.text
        (field,) = answer.json()["details"]["fields"]
        assert field["path"].startswith(path)


def test_an_export_is_csv_whose_cells_are_no_formulas(operator: httpx.Client) -> None:
    queue_many(1_100)
    with transaction() as session:
        session.execute(text("UPDATE public_profiles SET bio = '=1+1'"))
    with operator.stream("GET", "/profiles/export?form=csv&sort=score") as answer:
        assert answer.headers["content-type"].startswith("text/csv")
        assert "profiles.csv" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(answer.iter_lines()))
    assert len({one["id"] for one in rows}) == len(rows) == 1_100
    assert {one["bio"] for one in rows} == {"'=1+1"}
    scores = [int(one["score"]) for one in rows]
    assert scores == sorted(scores)


def test_an_export_is_json_lines_of_what_the_filter_finds(
    operator: httpx.Client,
) -> None:
    queue_many(102)
    answer = operator.get("/profiles/export?form=json_lines&minScore=99")
    cards = [json.loads(line) for line in answer.text.splitlines()]
    assert sorted(one["score"] for one in cards) == [99, 99, 100, 100]
    assert operator.get("/profiles/export?minScore=100&search=x").text.count("\n") == 1


def test_the_log_is_exported_so_that_anybody_can_follow_its_hashes(
    operator: httpx.Client,
) -> None:
    campaign_id = queue_many(3)
    ids = [one["id"] for one in operator.get("/profiles").json()["items"]]
    operator.post("/profiles/batch/reject", json={"ids": ids, "reason": "häufig"})
    operator.post(f"/profiles/{ids[0]}/reopen", json={"reason": "look again"})
    answer = operator.get(f"/profiles/log/export?campaignId={campaign_id}")
    assert answer.headers["Content-Type"].startswith("application/jsonl")
    before = "0" * 64
    lines = [json.loads(line) for line in answer.text.splitlines()]
    for number, line in enumerate(lines, 1):
        own, previous = line.pop("hash"), line.pop("previous_hash")
        said = json.dumps(
            line, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        assert line["number"] == number
        assert previous == before
        assert own == sha256(f"{before}\n{said}".encode()).hexdigest()
        before = own
    assert [one["after"] for one in lines] == ["rejected"] * 3 + ["pending"]
    other = f"/profiles/log/export?campaignId={uuid4()}"
    assert operator.get(other).text == ""
