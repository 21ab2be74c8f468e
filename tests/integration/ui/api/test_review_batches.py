"""Decisions about many over HTTP: by ids, by a filter, as a dry run, by a worker."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from config.vocabulary import Role
from flows.review_batch import work_through_portions
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.review_queue import queue_many
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.prefect import forget_prefect_client


@pytest.fixture
def reviewer(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.REVIEWER)


def test_ids_are_decided_as_the_documents_say(reviewer: httpx.Client) -> None:
    ids = [str(one) for one in queue_handles(create_taken_run(), "mira", "tal")]
    sent = {"ids": [*ids, str(uuid4())], "reason": "good"}
    answer = reviewer.post("/profiles/batch/approve", json=sent)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["matched"], told["modified"], told["conflicts"]) == (2, 2, [])
    assert told["decisionId"]
    late = reviewer.post("/profiles/batch/reject", json={"ids": ids}).json()
    assert (late["matched"], late["modified"], late["decisionId"]) == (2, 0, None)
    assert {one["id"] for one in late["conflicts"]} == set(ids)
    assert {one["decidedByName"] for one in late["conflicts"]} == {"The reviewer"}


def test_a_dry_run_counts_and_decides_nothing(reviewer: httpx.Client) -> None:
    queue_many(51)
    wanted = {"filter": {"minScore": 90}, "dryRun": True}
    assert reviewer.post("/profiles/batch/approve", json=wanted).json() == {
        "matched": 11
    }
    assert reviewer.get("/profiles").json()["counts"]["pending"] == 51
    told = reviewer.post("/profiles/batch/maybe", json=wanted | {"dryRun": False})
    assert told.json()["modified"] == 11
    listed = reviewer.get("/profiles", params={"decision": "maybe"}).json()
    assert {one["status"] for one in listed["items"]} == {"maybe"}


@pytest.fixture
def prefect_away(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Have nothing listen where Prefect is."""
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:1/api")
    read_settings_again()
    forget_prefect_client()
    yield
    forget_prefect_client()


@pytest.mark.usefixtures("prefect_away")
def test_what_is_too_much_for_an_answer_waits_for_a_worker(
    reviewer: httpx.Client,
) -> None:
    queue_many(5_001)
    answer = reviewer.post("/profiles/batch/reject", json={"filter": {}})
    assert answer.status_code == 202, answer.text
    path = f"/profiles/batches/{answer.json()['batchId']}"
    batch = reviewer.get(path).json()
    assert (batch["state"], batch["matched"], batch["done"]) == ("queued", 5_001, 0)
    assert batch["decisionId"] is None
    while work_through_portions.fn(UUID(batch["batchId"])):
        pass
    batch = reviewer.get(path).json()
    assert (batch["state"], batch["done"], batch["modified"]) == (
        *("completed", 5_001),
        5_001,
    )
    assert batch["conflicts"] == []


def test_a_batch_under_a_key_is_carried_out_once(reviewer: httpx.Client) -> None:
    queue_many(20)
    key = {"Idempotency-Key": "once"}
    sent = {"filter": {}, "upTo": 5}
    first = reviewer.post("/profiles/batch/approve", json=sent, headers=key)
    again = reviewer.post("/profiles/batch/approve", json=sent, headers=key)
    assert again.json() == first.json()
    assert reviewer.get("/profiles").json()["counts"]["approved"] == 5


def test_a_batch_that_does_not_exist_is_not_found(reviewer: httpx.Client) -> None:
    assert reviewer.get(f"/profiles/batches/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"ids": [], "filter": {}},
        {"filter": {"minScore": 9, "maxScore": 1}},
        {"filter": {}, "upTo": 0},
        {"filter": {"search": "\0"}},
    ],
)
def test_a_batch_that_says_nothing_sensible_is_refused(
    reviewer: httpx.Client, sent: dict[str, object]
) -> None:
    answer = reviewer.post("/profiles/batch/approve", json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "validation_error"
