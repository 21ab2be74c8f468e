"""The watchdog, with real campaign runs and a real Prefect server."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from config.clock import now
from config.settings import settings
from flows.dispatch import cancel_flow_run, dispatch_campaign_run, find_flow_run
from flows.rescue import watch_once
from tasks.campaigns.life import start_campaign
from tasks.campaigns.repository import get_run
from tasks.campaigns.rescue import mark_dispatched
from tasks.clients.prefect_server import prefect_server
from tasks.database import held_alone, transaction
from tests.factories.campaigns import create_campaign
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("database", "deployed_samples")


@pytest.fixture(autouse=True)
def no_patience(environment: pytest.MonkeyPatch) -> None:
    """Every unfinished run counts as silent, at once."""
    environment.setenv("MUSTER_CAMPAIGNS__SILENCE_LIMIT", "PT0S")
    settings.cache_clear()


@pytest.fixture
def campaign_run_id() -> Iterator[UUID]:
    """Start a campaign that nobody has dispatched; forget its flow runs afterwards."""
    with transaction() as session:
        campaign_id = create_campaign(session)
        waiting = start_campaign(session, campaign_id, now=now())
    campaign_run_id = waiting.campaign_run_id
    yield campaign_run_id
    if flow_run_id := _flow_run_of(campaign_run_id):
        prefect_server().set_state(
            flow_run_id, "CANCELLED", message="end of the test", force=True
        )


def _flow_run_of(campaign_run_id: UUID) -> UUID | None:
    with transaction() as session:
        return get_run(session, campaign_run_id).flow_run_id


def _look(times: int = 2) -> None:
    silent: frozenset[UUID] = frozenset()
    for _ in range(times):
        silent = watch_once(silent)


def test_a_run_nobody_dispatched_is_dispatched_at_the_second_look(
    campaign_run_id: UUID,
) -> None:
    silent = watch_once(frozenset())
    assert silent == {campaign_run_id}
    assert _flow_run_of(campaign_run_id) is None
    watch_once(silent)
    assert _flow_run_of(campaign_run_id) is not None


def test_a_run_that_waits_for_a_worker_is_not_dispatched_again(
    campaign_run_id: UUID,
) -> None:
    _look()
    first = _flow_run_of(campaign_run_id)
    _look(times=5)
    assert _flow_run_of(campaign_run_id) == first


def test_a_run_whose_flow_run_ended_is_dispatched_anew(campaign_run_id: UUID) -> None:
    _look()
    first = _flow_run_of(campaign_run_id)
    assert first is not None
    cancel_flow_run(first)
    _look()
    assert _flow_run_of(campaign_run_id) not in {None, first}


def test_a_run_whose_flow_runs_all_fail_is_given_up_with_a_reason(
    campaign_run_id: UUID, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_CAMPAIGNS__ATTEMPTS", "3")
    settings.cache_clear()
    made = set()
    for _ in range(6):
        _look()
        flow_run_id = _flow_run_of(campaign_run_id)
        assert flow_run_id is not None
        made.add(flow_run_id)
        prefect_server().set_state(
            flow_run_id, "FAILED", message="a package is missing", force=True
        )
    assert len(made) == 4
    with transaction() as session:
        campaign_run = get_run(session, campaign_run_id)
        assert (campaign_run.state, campaign_run.error_code) == (
            "failed",
            "no_progress",
        )


def test_a_run_that_seems_at_work_but_is_silent_is_scheduled_again(
    campaign_run_id: UUID,
) -> None:
    flow_run_id = dispatch_campaign_run(campaign_run_id)
    mark_dispatched(campaign_run_id, flow_run_id)
    prefect_server().set_state(
        flow_run_id, "RUNNING", message="its worker is gone", force=True
    )
    _look()

    def is_scheduled_again() -> bool:
        flow_run = find_flow_run(flow_run_id)
        return flow_run is not None and flow_run.state.name == "AwaitingRetry"

    wait_for(is_scheduled_again)
    assert _flow_run_of(campaign_run_id) == flow_run_id


def test_only_one_process_watches(campaign_run_id: UUID) -> None:
    with held_alone("watchdog") as held:
        assert held
        assert watch_once(frozenset({campaign_run_id})) == frozenset()
    assert _flow_run_of(campaign_run_id) is None
