"""Batches of decisions: their conflicts, their portions, a worker that is killed."""

import signal
import subprocess
import sys
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from config.clock import now
from config.connections import engine
from config.vocabulary import Decision
from deployments.stack.processes import base_environment
from tasks.database import transaction
from tasks.reviews.batch import (
    PORTION,
    count_failed_start,
    count_wanted,
    decide_at_once,
    decide_or_open,
    describe_batch,
    take_batch,
    work_on_batch,
)
from tasks.reviews.batch_schemas import (
    BatchDecisionAnswer,
    BatchDecisionRequest,
    BatchRuling,
    BatchState,
    ConflictKind,
)
from tasks.reviews.filters import ReviewFilter
from tasks.reviews.log import check_log, new_decision_id
from tests.factories.accounts import create_account
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.review_queue import queue_many

pytestmark = pytest.mark.usefixtures("database")

ALL = BatchDecisionRequest(filter=ReviewFilter())


def ruling(decision: Decision = Decision.APPROVED, **values: Any) -> BatchRuling:
    return BatchRuling(
        decision_id=new_decision_id(),
        decision=decision,
        decided_by=values.pop("decided_by", None) or uuid4(),
        decided_at=now(),
        **values,
    )


def decide(ids: list[UUID], how: BatchRuling) -> BatchDecisionAnswer:
    with transaction() as session:
        return decide_at_once(session, ids, how)


def open_batch(how: BatchRuling, asked: BatchDecisionRequest = ALL) -> UUID:
    with transaction() as session:
        assert decide_or_open(session, asked, how) is None
    return how.decision_id


def work_to_the_end(batch_id: UUID) -> int:
    portions = 0
    while True:
        portions += 1
        with transaction() as session:
            if not work_on_batch(session, batch_id, now=now()):
                return portions


def rows(query: str, **values: Any) -> list[Any]:
    with transaction() as session:
        return list(session.execute(text(query), values))


def test_a_batch_decides_only_about_those_that_wait() -> None:
    ids = queue_handles(create_taken_run(), "mira", "tal", "oru", "noa")
    other = create_account()
    decide(ids[:1], ruling(Decision.REJECTED, decided_by=other))
    decide(ids[1:2], ruling(Decision.MAYBE))
    how = ruling(reason="good", note="seen at the fair", client="tests")
    answer = decide([*ids, uuid4()], how)
    assert (answer.matched, answer.modified) == (4, 3)
    (conflict,) = answer.conflicts
    assert (conflict.id, conflict.decision) == (ids[0], Decision.REJECTED)
    assert (conflict.why, conflict.decided_by_name) == ("decided", "The operator")
    told = rows(
        "SELECT before, version, reason, note, client, kind FROM review_log "
        "WHERE decision_id = :id ORDER BY number",
        id=how.decision_id,
    )
    assert {one.before for one in told} == {"pending", "maybe"}
    assert {tuple(one)[2:] for one in told} == {
        ("good", "seen at the fair", "tests", "batch")
    }
    assert {one.version for one in told} == {2, 3}


def test_the_same_batch_again_changes_nothing_and_is_no_conflict() -> None:
    ids = queue_handles(create_taken_run(), "mira", "tal")
    decide(ids, ruling())
    again = decide(ids, ruling())
    assert again == BatchDecisionAnswer(matched=2, modified=0)
    assert len(rows("SELECT 1 FROM review_log")) == 2


def test_what_somebody_else_holds_is_listed_with_who_holds_it() -> None:
    ids = queue_handles(create_taken_run(), "mira", "tal")
    holder = create_account()
    with transaction() as session:
        session.execute(
            text(
                "UPDATE review_items SET leased_by = :by, "
                "leased_until = now() + interval '1 minute' WHERE id = :id"
            ),
            {"by": holder, "id": ids[0]},
        )
    answer = decide(ids, ruling())
    (conflict,) = answer.conflicts
    assert (conflict.why, conflict.decided_by_name) == ("held", "The operator")
    assert conflict.decision is Decision.PENDING
    assert decide(ids, ruling(decided_by=holder)).modified == 1


def test_a_batch_is_no_opinion_where_a_campaign_asks_for_several() -> None:
    with transaction() as session:
        rule = {"opinions": 2, "of": 3}
        campaign_id = create_campaign(session, review_rule=rule)
    queue_many(3, campaign_id=campaign_id)
    queue_many(2, word="other")
    with transaction() as session:
        answer = decide_or_open(session, ALL, ruling())
    assert answer is not None
    assert (answer.matched, answer.modified) == (5, 2)
    assert {one.why for one in answer.conflicts} == {ConflictKind.OPINIONS}


def test_5000_are_decided_in_a_handful_of_statements() -> None:
    campaign_id = queue_many(5_000)
    statements: list[str] = []

    def note(*heard: Any) -> None:
        statements.append(heard[2])

    event.listen(engine(), "before_cursor_execute", note)
    try:
        with transaction() as session:
            answer = decide_or_open(session, ALL, ruling())
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    assert answer is not None
    assert (answer.matched, answer.modified, answer.conflicts) == (5_000, 5_000, ())
    assert len(statements) <= 8
    assert len(rows("SELECT 1 FROM review_log")) == 5_000
    (told,) = rows("SELECT type, data FROM tracking_events")
    assert told.type == "review"
    assert told.data["modified"] == 5_000
    assert told.data["campaignId"] == str(campaign_id)


def test_up_to_takes_the_best_of_what_is_found() -> None:
    queue_many(102)
    asked = BatchDecisionRequest(filter=ReviewFilter(), up_to=3)
    with transaction() as session:
        assert count_wanted(session, asked) == 3
        answer = decide_or_open(session, asked, ruling())
    assert answer is not None
    assert answer.modified == 3
    best = rows("SELECT score FROM review_items WHERE decision = 'approved'")
    assert sorted(one.score for one in best) == [99, 100, 100]


def test_a_batch_of_many_goes_portion_by_portion_and_tells_how_far_it_is() -> None:
    queue_many(5_500)
    how = ruling(Decision.REJECTED)
    batch_id = open_batch(how)
    with transaction() as session:
        waiting = describe_batch(session, batch_id)
    assert (waiting.state, waiting.matched, waiting.done) == ("queued", 5_500, 0)
    (lost,) = rows("SELECT id FROM review_items ORDER BY id LIMIT 1")
    decide([lost.id], ruling(decided_by=create_account()))
    assert work_to_the_end(batch_id) == 3
    with transaction() as session:
        ended = describe_batch(session, batch_id)
    assert ended.state is BatchState.COMPLETED
    assert (ended.done, ended.modified, ended.conflicting) == (5_500, 5_499, 1)
    assert ended.decision_id == how.decision_id
    assert [one.id for one in ended.conflicts] == [lost.id]
    assert ended.conflicts[0].decided_by_name == "The operator"
    told = rows("SELECT data FROM tracking_events WHERE data ? 'batchId' ORDER BY 1")
    assert {one.data["done"] for one in told} == {PORTION, 2 * PORTION, 5_500}
    with transaction() as session:
        assert not work_on_batch(session, batch_id, now=now())
        assert not take_batch(session, batch_id, now=now())
        assert check_log(session) == []


def test_a_batch_goes_on_where_a_killed_worker_left_it() -> None:
    queue_many(6_500)
    how = ruling()
    batch_id = open_batch(how)
    module = "tests.integration.tasks.reviews.batch_process"
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, str(batch_id)],
        stdout=subprocess.PIPE,
        env=base_environment("tests"),
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"in the midst of a portion\n"
        worker.send_signal(signal.SIGKILL)
    with transaction() as session:
        left = describe_batch(session, batch_id)
    assert (left.state, left.done, left.modified) == ("running", PORTION, PORTION)
    work_to_the_end(batch_id)
    with transaction() as session:
        ended = describe_batch(session, batch_id)
    assert (ended.done, ended.modified, ended.conflicting) == (6_500, 6_500, 0)
    decided = Counter(one.review_id for one in rows("SELECT review_id FROM review_log"))
    assert len(decided) == 6_500
    assert set(decided.values()) == {1}
    versions = rows("SELECT DISTINCT version, decision FROM review_items")
    assert [tuple(one) for one in versions] == [(2, "approved")]


def test_a_batch_whose_flow_runs_all_fail_is_given_up_with_a_reason() -> None:
    queue_many(5_001)
    batch_id = open_batch(ruling())
    tried = []
    for _ in range(3):
        with transaction() as session:
            tried.append(count_failed_start(session, batch_id, attempts=2, now=now()))
    assert tried == [True, True, False]
    with transaction() as session:
        ended = describe_batch(session, batch_id)
    assert (ended.state, ended.modified) == ("failed", 0)
    assert "see the worker's log" in str(ended.error).lower()
