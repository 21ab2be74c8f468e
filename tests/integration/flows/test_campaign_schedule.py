"""A campaign that runs by itself, with a real Prefect server and a real worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.clock import now
from config.settings import settings
from flows.campaign_life import pause_campaign, show_campaign, start_campaign
from flows.campaign_schedule_life import (
    prefect_schedules,
    remove_schedule,
    set_schedule,
    show_schedule,
    start_due_campaign,
)
from flows.campaign_schedule_upkeep import look_after_schedules, repair_schedules
from tasks.campaigns.schedule_schemas import CampaignScheduleRequest
from tasks.campaigns.schedules import NoScheduleError
from tasks.clients.prefect_schedules import CronTimes, Deployed
from tasks.clients.prefect_server import prefect_server
from tasks.database import transaction
from tests.factories.campaigns import create_campaign
from tests.fixtures.prefect import forget_prefect_client, wait_for

pytestmark = pytest.mark.usefixtures("database", "deployed_samples")

LONG_AGO = timedelta(minutes=10)
NEW_YEAR = "0 0 1 1 *"


class Somebody:
    """Who sets a schedule."""

    account_id = uuid4()
    email = "ana@muster.example"


@pytest.fixture
def campaign_id() -> Iterator[UUID]:
    """Make a campaign; leave nothing of it with Prefect."""
    with transaction() as session:
        campaign_id = create_campaign(session)
    yield campaign_id
    prefect_schedules().remove(str(campaign_id))
    for one in prefect_server().list_flow_runs("campaign-run", limit=20):
        if one.state.type == "SCHEDULED":
            prefect_server().set_state(
                one.id, "CANCELLED", message="end of the test", force=True
            )


def schedule(campaign_id: UUID, cron: str = NEW_YEAR, **values: Any) -> None:
    wish = CampaignScheduleRequest(cron=cron, **values)
    set_schedule(campaign_id, wish, Somebody())


def deployed(campaign_id: UUID) -> Deployed | None:
    return prefect_schedules().find(str(campaign_id))


def let_it_be_due(campaign_id: UUID, since: timedelta = LONG_AGO) -> datetime:
    """Have the time that is waited for lie in the past."""
    due_at = (now() - since).astimezone(UTC)
    with transaction() as session:
        session.execute(
            text("UPDATE campaign_schedules SET next_at = :at WHERE campaign_id = :id"),
            {"at": due_at, "id": campaign_id},
        )
    return due_at


def count_runs(campaign_id: UUID) -> int:
    with transaction() as session:
        counted = text("SELECT count(*) FROM campaign_runs WHERE campaign_id = :id")
        return session.execute(counted, {"id": campaign_id}).scalar_one()


def schedule_late_runs(campaign_id: UUID) -> Deployed:
    """Have Prefect schedule the last ten minutes, as if no worker had been there."""
    every_minute, arguments = (
        CronTimes(cron="* * * * *"),
        {"campaign_id": str(campaign_id)},
    )
    prefect_schedules().put(str(campaign_id), every_minute, arguments)
    found = deployed(campaign_id)
    assert found
    prefect_server().ask(
        "POST",
        f"/deployments/{found.id}/schedule",
        {
            "start_time": (now() - LONG_AGO).isoformat(),
            "end_time": now().isoformat(),
            "min_runs": 10,
            "max_runs": 10,
        },
    )
    return found


def states_of_runs(deployment_id: UUID) -> list[str]:
    wish = {"deployments": {"id": {"any_": [str(deployment_id)]}}}
    runs = prefect_server().ask("POST", "/flow_runs/filter", wish)
    due = now().isoformat()
    return [one["state"]["type"] for one in runs if one["expected_start_time"] < due]


def test_prefect_has_what_is_stored_and_nothing_else(campaign_id: UUID) -> None:
    schedule(campaign_id, timezone="Europe/Lisbon")
    [times] = deployed(campaign_id).schedules  # type: ignore[union-attr]  # it would fail here
    assert (times.times.cron, times.times.timezone) == (NEW_YEAR, "Europe/Lisbon")
    schedule(campaign_id, "0  6 * * 1")
    [times] = deployed(campaign_id).schedules  # type: ignore[union-attr]  # as above
    assert (times.times.cron, times.times.timezone) == ("0 6 * * 1", "UTC")
    schedule(campaign_id, is_on=False)
    assert deployed(campaign_id) is None
    assert show_schedule(campaign_id).next_times == ()
    schedule(campaign_id)
    assert deployed(campaign_id)
    remove_schedule(campaign_id, Somebody())
    assert deployed(campaign_id) is None
    with pytest.raises(NoScheduleError):
        show_schedule(campaign_id)


def test_prefect_plans_the_very_times_that_are_shown(campaign_id: UUID) -> None:
    schedule(campaign_id, "0 9 * * *", timezone="America/New_York")
    found = deployed(campaign_id)
    assert found
    wish = {"deployments": {"id": {"any_": [str(found.id)]}}}

    def planned() -> list[datetime]:
        runs = prefect_server().ask("POST", "/flow_runs/filter", wish)
        times = [datetime.fromisoformat(one["expected_start_time"]) for one in runs]
        return sorted(times)

    wait_for(lambda: len(planned()) >= 3, seconds=60)
    assert planned()[:3] == list(show_schedule(campaign_id).next_times[:3])


def test_what_prefect_lost_or_somebody_changed_there_is_repaired(
    campaign_id: UUID,
) -> None:
    schedule(campaign_id)
    first = deployed(campaign_id)
    assert first
    repair_schedules()
    assert deployed(campaign_id) == first, "what is right is left alone"
    prefect_server().ask("DELETE", f"/deployments/{first.id}")
    repair_schedules()
    again = deployed(campaign_id)
    assert again
    assert again.schedules == first.schedules
    prefect_server().ask("PATCH", f"/deployments/{again.id}", {"paused": True})
    repair_schedules()
    assert deployed(campaign_id) == again


def test_a_schedule_set_while_prefect_is_away_is_brought_later(
    campaign_id: UUID, environment: pytest.MonkeyPatch
) -> None:
    right = settings().prefect.api_url
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:9/api")
    settings.cache_clear()
    forget_prefect_client()
    try:
        schedule(campaign_id)
    finally:
        environment.setenv("MUSTER_PREFECT__API_URL", right or "")
        settings.cache_clear()
        forget_prefect_client()
    assert len(show_schedule(campaign_id).next_times) == 5
    assert deployed(campaign_id) is None
    look_after_schedules()
    assert deployed(campaign_id)


def test_the_schedule_of_a_campaign_that_is_gone_goes_too(campaign_id: UUID) -> None:
    schedule(campaign_id)
    with transaction() as session:
        session.execute(
            text("DELETE FROM campaigns WHERE id = :id"), {"id": campaign_id}
        )
    repair_schedules()
    assert deployed(campaign_id) is None
    assert start_due_campaign(campaign_id, moment=now()) is False


def test_ten_late_times_are_one_run_when_a_worker_returns(
    campaign_id: UUID, start_worker: Callable[[], object]
) -> None:
    schedule(campaign_id)
    due_at = let_it_be_due(campaign_id)
    late = schedule_late_runs(campaign_id)
    start_worker()
    wait_for(lambda: states_of_runs(late.id).count("COMPLETED") >= 10, seconds=90)
    assert count_runs(campaign_id) == 1
    answer = show_schedule(campaign_id)
    assert answer.last_at == due_at
    campaign_run = show_campaign(campaign_id).run
    assert campaign_run
    assert answer.last_run_id == campaign_run.id


def test_what_was_missed_while_all_was_down_is_made_up_for_once(
    campaign_id: UUID,
) -> None:
    schedule(campaign_id)
    late = schedule_late_runs(campaign_id)
    let_it_be_due(campaign_id, timedelta(days=10))
    look_after_schedules()
    look_after_schedules()
    assert count_runs(campaign_id) == 1
    assert show_campaign(campaign_id).status == "active"
    answer = show_schedule(campaign_id)
    assert answer.left_out is None
    assert answer.next_times[0] > now()
    assert states_of_runs(late.id) == [], "Prefect makes up for nothing besides"
    assert deployed(campaign_id)


def test_prefect_gets_a_minute_before_we_step_in(campaign_id: UUID) -> None:
    schedule(campaign_id)
    let_it_be_due(campaign_id, timedelta(seconds=30))
    look_after_schedules()
    assert count_runs(campaign_id) == 0


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_time_is_left_out_while_the_run_before_is_not_over(
    campaign_id: UUID, *, is_paused: bool
) -> None:
    schedule(campaign_id)
    start_campaign(campaign_id)
    if is_paused:
        pause_campaign(campaign_id)
    let_it_be_due(campaign_id)
    assert start_due_campaign(campaign_id, moment=now()) is False
    assert count_runs(campaign_id) == 1
    answer = show_schedule(campaign_id)
    why = "the campaign is paused" if is_paused else "still under way"
    assert why in (answer.left_out or "")
    assert answer.last_run_id is None
    with transaction() as session:
        told = session.execute(
            text("SELECT data FROM tracking_events ORDER BY created_at DESC LIMIT 1")
        ).scalar_one()
    assert why in told["message"]


def test_many_at_once_begin_one_run(campaign_id: UUID) -> None:
    schedule(campaign_id)
    let_it_be_due(campaign_id)
    moment = now()
    with ThreadPoolExecutor(8) as threads:
        begun = list(
            threads.map(
                lambda _: start_due_campaign(campaign_id, moment=moment), range(8)
            )
        )
    assert sum(begun) == 1
    assert count_runs(campaign_id) == 1
    assert show_schedule(campaign_id).left_out is None
