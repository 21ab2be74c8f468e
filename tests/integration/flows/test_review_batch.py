"""A batch of decisions through a real worker, and one that nobody dispatched."""

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from config.clock import now
from config.settings import settings
from config.vocabulary import Decision
from deployments.stack.processes import base_environment, start_process, stop_process
from flows.dispatch import find_flow_run
from flows.rescue import watch_once
from flows.review_batch import decide_about_many
from tasks.clients.prefect_server import prefect_server
from tasks.database import transaction
from tasks.reviews import batch
from tasks.reviews.batch_rows import get_batch
from tasks.reviews.batch_schemas import (
    BatchAccepted,
    BatchAnswer,
    BatchDecisionRequest,
    BatchRuling,
)
from tasks.reviews.filters import ReviewFilter
from tasks.reviews.log import new_decision_id
from tests.factories.review_queue import queue_many
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("database", "deployed_samples")

ALL = BatchDecisionRequest(filter=ReviewFilter())


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[None]:
    process = start_process(
        [sys.executable, "-m", "deployments.worker"],
        environment=base_environment("tests"),
        log=tmp_path / "worker.log",
    )
    yield
    stop_process(process)


@pytest.fixture
def no_patience(environment: pytest.MonkeyPatch) -> None:
    """Every unfinished batch counts as silent, at once."""
    environment.setenv("MUSTER_CAMPAIGNS__SILENCE_LIMIT", "PT0S")
    settings.cache_clear()


def ruling() -> BatchRuling:
    return BatchRuling(new_decision_id(), Decision.APPROVED, uuid4(), now())


def look_at(batch_id: UUID) -> BatchAnswer:
    with transaction() as session:
        return batch.describe_batch(session, batch_id)


def flow_run_of(batch_id: UUID) -> UUID | None:
    with transaction() as session:
        return get_batch(session, batch_id).flow_run_id


@pytest.mark.usefixtures("worker")
def test_a_worker_carries_a_batch_out() -> None:
    queue_many(5_001)
    accepted = decide_about_many(ALL, ruling())
    assert isinstance(accepted, BatchAccepted)
    wait_for(lambda: look_at(accepted.batch_id).state.is_final, seconds=60)
    ended = look_at(accepted.batch_id)
    assert (ended.state, ended.done, ended.modified) == ("completed", 5_001, 5_001)
    assert ended.error is None


@pytest.mark.usefixtures("no_patience")
def test_a_batch_nobody_dispatched_is_dispatched_at_the_second_look() -> None:
    queue_many(5_001)
    how = ruling()
    with transaction() as session:
        batch.decide_or_open(session, ALL, how)
    silent = watch_once(frozenset())
    assert silent == {how.decision_id}
    assert flow_run_of(how.decision_id) is None
    watch_once(silent)
    flow_run_id = flow_run_of(how.decision_id)
    assert flow_run_id is not None
    flow_run = find_flow_run(flow_run_id)
    assert flow_run is not None
    assert flow_run.state.type == "SCHEDULED"
    prefect_server().set_state(
        flow_run_id, "CANCELLED", message="end of the test", force=True
    )
