"""All that a campaign has acquired as a file, in each form."""

import csv
import io
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pyarrow import parquet  # type: ignore[import-untyped]
from sqlalchemy import text

from tasks.database import transaction
from tasks.reviews.results import (
    EXPORTED_AT_ONCE,
    ResultForm,
    all_results,
    result_file,
)
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import store_handles
from tests.factories.review_queue import queue_many

FORMS: tuple[ResultForm, ...] = ("csv", "jsonl", "parquet")
MORE_THAN_ONE_PORTION = EXPORTED_AT_ONCE + 100


def rows_of(answer: httpx.Response, form: str) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert f'filename="results.{form}"' in answer.headers["content-disposition"]
    if form == "csv":
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))
    if form == "jsonl":
        return [json.loads(line) for line in answer.text.splitlines()]
    rows: list[dict[str, Any]] = parquet.read_table(
        io.BytesIO(answer.content)
    ).to_pylist()
    return rows


def change(statement: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), values)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_holds_each_once_in_one_order_and_nobody_of_another_campaign(
    operator: httpx.Client, form: str
) -> None:
    campaign_id = queue_many(MORE_THAN_ONE_PORTION)
    queue_many(3, word="stranger")
    address = f"/campaigns/{campaign_id}/export?form={form}"
    handles = [one["handle"] for one in rows_of(operator.get(address), form)]
    assert len(handles) == len(set(handles)) == MORE_THAN_ONE_PORTION
    assert not [one for one in handles if one.startswith("stranger")]
    assert [one["handle"] for one in rows_of(operator.get(address), form)] == handles


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_exactly_one_portion_or_of_nobody_is_whole(
    operator: httpx.Client, form: str
) -> None:
    for count in (EXPORTED_AT_ONCE, 0):
        campaign_id = queue_many(count)
        answer = operator.get(f"/campaigns/{campaign_id}/export?form={form}")
        assert len(rows_of(answer, form)) == count


@pytest.mark.parametrize("form", FORMS)
def test_who_was_not_reviewed_is_in_it_beside_who_was_decided(
    operator: httpx.Client, form: str
) -> None:
    campaign_id = queue_many(2)
    change(
        "DELETE FROM review_items USING public_profiles AS p"
        " WHERE p.id = review_items.id AND p.handle = 'person2'"
    )
    (item,) = operator.get(f"/profiles?campaignId={campaign_id}").json()["items"]
    operator.post(
        f"/profiles/{item['id']}/approve", json={"reason": "clay"}
    ).raise_for_status()
    answer = operator.get(f"/campaigns/{campaign_id}/export?form={form}")
    decided, below = rows_of(answer, form)
    assert (decided["status"], decided["reason"]) == ("approved", "clay")
    assert decided["decidedByName"]
    assert decided["decidedAt"]
    assert below["handle"] == "person2"
    nothing = "" if form == "csv" else None
    assert [below[name] for name in ("status", "decidedAt", "decidedByName")] == [
        nothing
    ] * 3


def test_a_file_says_what_the_source_stated_and_how_the_score_came_about(
    operator: httpx.Client,
) -> None:
    taken = create_taken_run()
    stated = {
        "displayName": "Mira Tal", "bio": "=1+1", "followers": 1200,
        "verified": True, "topics": ["clay"], "externalId": "17",
    }  # fmt: skip
    store_handles(taken, "mira", **stated)
    part = {"name": "followers", "points": 20, "possible": 25, "value": "1200",
            "explanation": "enough"}  # fmt: skip
    change(
        "UPDATE public_profiles SET score_parts = CAST(:parts AS json)",
        parts=json.dumps([part]),
    )
    found: dict[str, dict[str, Any]] = {}
    for form in FORMS:
        address = f"/campaigns/{taken.campaign_id}/export?form={form}"
        (found[form],) = rows_of(operator.get(address), form)
    for name, value in stated.items():
        assert found["jsonl"][name] == found["parquet"][name] == value
    assert found["jsonl"]["parts"] == found["parquet"]["parts"] == [part]
    assert found["jsonl"]["criteriaVersion"] == found["parquet"]["criteriaVersion"] == 1
    assert set(found["csv"]) == set(found["jsonl"]) == set(found["parquet"])
    assert found["csv"]["bio"] == "'=1+1"
    assert found["csv"]["parts"] == "followers 20/25"
    assert UUID(found["parquet"]["id"]) == UUID(found["csv"]["id"])


@pytest.mark.usefixtures("database")
def test_nobody_is_lost_or_doubled_when_people_come_and_go_meanwhile() -> None:
    campaign_id = queue_many(MORE_THAN_ONE_PORTION)
    portions = all_results(campaign_id)
    first = next(portions)
    last = first[-1].handle
    change("DELETE FROM public_profiles WHERE handle = :last", last=last)
    queue_many(1, campaign_id=campaign_id, word="a-newcomer")
    rest = [one for portion in portions for one in portion]
    handles = [one.handle for one in (*first, *rest)]
    assert len(handles) == len(set(handles)) == MORE_THAN_ONE_PORTION


@pytest.mark.usefixtures("database")
def test_a_parquet_file_is_written_by_row_groups() -> None:
    campaign_id = queue_many(MORE_THAN_ONE_PORTION)
    file = parquet.ParquetFile(
        io.BytesIO(b"".join(result_file(campaign_id, "parquet")))
    )
    sizes = [
        file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)
    ]
    assert sizes == [EXPORTED_AT_ONCE, 100]


def test_a_campaign_that_does_not_exist_and_a_form_that_does_not_are_refused(
    operator: httpx.Client,
) -> None:
    assert operator.get(f"/campaigns/{uuid4()}/export").status_code == 404
    answer = operator.get(f"/campaigns/{queue_many(1)}/export?form=xlsx")
    assert answer.status_code == 422
