"""New scores for what a campaign has, through a real worker."""

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from deployments.stack.processes import base_environment, start_process, stop_process
from flows.campaign_rescoring import show_rescoring, start_rescoring
from tasks.database import transaction
from tests.factories.review_queue import queue_many
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("database", "deployed_samples")

PEOPLE = 1_201


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[None]:
    process = start_process(
        [sys.executable, "-m", "deployments.worker"],
        environment=base_environment("tests"),
        log=tmp_path / "worker.log",
    )
    yield
    stop_process(process)


def count(campaign_id: UUID, table: str) -> int:
    with transaction() as session:
        return session.scalars(
            text(f"SELECT count(*) FROM {table} WHERE campaign_id = :id"),  # noqa: S608 - a constant of this test
            {"id": campaign_id},
        ).one()


@pytest.mark.usefixtures("worker")
def test_a_worker_scores_all_of_a_campaign_anew() -> None:
    campaign_id = queue_many(PEOPLE)
    with transaction() as session:
        session.execute(
            text(
                'UPDATE campaigns SET version = 2, criteria = \'{"platforms": ["x"]}\''
                " WHERE id = :id"
            ),
            {"id": campaign_id},
        )
    assert start_rescoring(campaign_id).behind == PEOPLE
    wait_for(lambda: show_rescoring(campaign_id).behind == 0, seconds=60)
    assert count(campaign_id, "review_items") == 0
    assert count(campaign_id, "public_profiles") == PEOPLE
    assert start_rescoring(campaign_id).behind == 0
