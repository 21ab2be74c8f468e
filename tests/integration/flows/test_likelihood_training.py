"""Decisions are learned from by a real worker; suggestions stand beside the score."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from config.clock import now
from config.vocabulary import Role
from deployments.stack.processes import base_environment, start_process, stop_process
from flows.likelihood_training import learn_from_decisions
from flows.likelihood_watch import dispatch_due_training
from tasks.database import transaction
from tasks.reviews.likelihood_life import read_examples
from tasks.reviews.likelihood_rows import Due, get_likelihood, keep_lesson, take_due
from tasks.reviews.likelihood_schemas import Lesson, LessonState
from tests.factories.review_queue import queue_many
from tests.fixtures.api import SignedIn
from tests.fixtures.prefect import PrefectAddress, wait_for

pytestmark = pytest.mark.usefixtures("database")

_TELL_OF_CLAY = text(
    """
    UPDATE public_profiles SET bio = CASE
      WHEN CAST(substr(handle, 7) AS int) % 2 = 0 THEN 'clay and pots'
      ELSE 'cars and oil' END
    """
)
_SCORES = text("SELECT id, score, decision FROM review_items ORDER BY id")


@pytest.fixture
def worker(deployed_samples: PrefectAddress, tmp_path: Path) -> Iterator[None]:
    assert deployed_samples.api_url
    process = start_process(
        [sys.executable, "-m", "deployments.worker"],
        environment=base_environment("tests"),
        log=tmp_path / "worker.log",
    )
    yield
    stop_process(process)


def queue_of(client: httpx.Client, count: int) -> UUID:
    """Queue people, and decide about all but four by what they tell of."""
    campaign_id = queue_many(count + 4)
    with transaction() as session:
        session.execute(_TELL_OF_CLAY)
    decide_about(client, count)
    return campaign_id


def decide_about(client: httpx.Client, count: int) -> None:
    cards = client.get("/profiles?limit=100&sort=createdAt").json()["items"][:count]
    for word, verb in (("clay", "approve"), ("cars", "reject")):
        ids = [one["id"] for one in cards if word in one["bio"]]
        if ids:
            answer = client.post(f"/profiles/batch/{verb}", json={"ids": ids})
            assert answer.status_code == 200, answer.text


def take() -> list[Due]:
    with transaction() as session:
        return take_due(session, now=now())


def state_of(campaign_id: UUID) -> LessonState | None:
    with transaction() as session:
        lesson = get_likelihood(session, campaign_id).lesson
    return lesson.state if lesson else None


def waiting_cards(client: httpx.Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/profiles").json()["items"]
    return items


@pytest.mark.usefixtures("worker")
def test_thirty_decisions_are_learned_from_and_shown(operator: httpx.Client) -> None:
    campaign_id = queue_of(operator, 40)
    assert all(one["likelihood"] is None for one in waiting_cards(operator))
    with transaction() as session:
        before = session.execute(_SCORES).all()
    assert dispatch_due_training() == 1
    assert dispatch_due_training() == 0
    wait_for(lambda: state_of(campaign_id) is not None, seconds=90)
    for one in waiting_cards(operator):
        shown = one["likelihood"]
        is_clay = "clay" in one["bio"]
        assert shown["label"] == ("likely" if is_clay else "unlikely")
        assert (shown["probability"] > 0.5) is is_clay
        assert shown["decisions"] == 40
        assert "Of 100 it calls" in shown["error"]
        assert shown["speaksFor" if is_clay else "speaksAgainst"]
    with transaction() as session:
        assert session.execute(_SCORES).all() == before


def test_nothing_is_due_before_thirty_and_then_after_a_fifth_more(
    operator: httpx.Client,
) -> None:
    campaign_id = queue_of(operator, 29)
    assert take() == []
    decide_about(operator, 1)
    assert take() == [Due(campaign_id, 0, 30)]
    assert take() == []
    assert learn_from_decisions.fn(campaign_id)
    queue_many(10, campaign_id=campaign_id, word="people")
    with transaction() as session:
        session.execute(_TELL_OF_CLAY)
    decide_about(operator, 5)
    assert take() == []
    decide_about(operator, 1)
    assert take() == [Due(campaign_id, 0, 36)]


def test_what_was_undone_or_skipped_does_not_count(operator: httpx.Client) -> None:
    campaign_id = queue_of(operator, 29)
    one, other, *_ = (card["id"] for card in waiting_cards(operator))
    operator.post(f"/profiles/{one}/skip")
    decided = operator.post(f"/profiles/{other}/approve").json()["decisionId"]
    operator.post(f"/profiles/decisions/{decided}/undo")
    assert take() == []
    told = operator.get(f"/campaigns/{campaign_id}/likelihood").json()
    assert (told["decisions"], told["state"]) == (29, None)
    assert told["words"].startswith("29 of 30 decisions")


def test_it_can_be_switched_off_and_on(operator: httpx.Client) -> None:
    campaign_id = queue_of(operator, 40)
    path = f"/campaigns/{campaign_id}/likelihood"
    assert len(take()) == 1
    assert learn_from_decisions.fn(campaign_id)
    assert waiting_cards(operator)[0]["likelihood"]
    assert operator.get(path).json()["state"] == "offered"
    told = operator.put(path, json={"isOffered": False}).json()
    assert (told["isOffered"], told["state"]) == (False, None)
    assert waiting_cards(operator)[0]["likelihood"] is None
    assert take() == []
    assert not learn_from_decisions.fn(campaign_id)
    assert operator.put(path, json={"isOffered": True}).json()["isOffered"] is True
    assert [one.generation for one in take()] == [2]


def test_forgetting_a_person_forgets_what_was_learned(
    operator: httpx.Client, signed_in: SignedIn
) -> None:
    campaign_id = queue_of(operator, 40)
    take()
    with transaction() as session:
        examples = read_examples(session, campaign_id)
    assert examples is not None
    assert learn_from_decisions.fn(campaign_id)
    wish = {"platform": "demo", "handle": "person1"}
    answer = signed_in(Role.ADMINISTRATOR).post("/admin/persons/forget", json=wish)
    assert answer.status_code == 200, answer.text
    assert state_of(campaign_id) is None
    late = Lesson(state=LessonState.NOT_BETTER, counted=40, decisions=40, approved=20)
    with transaction() as session:
        assert not keep_lesson(session, campaign_id, late, generation=0, line=40)
    assert [(one.generation, one.counted) for one in take()] == [(1, 39)]
