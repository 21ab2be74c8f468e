"""One run, one taker: what a portion stores, and who may store it."""

from datetime import timedelta

import pytest

from config.clock import now
from config.errors import RefusedError
from config.vocabulary import CampaignRunState, CampaignState
from tasks.campaigns.life import (
    CampaignStateError,
    cancel_campaign,
    complete_campaign,
    pause_campaign,
    resume_campaign,
    start_campaign,
)
from tasks.campaigns.repository import (
    SupersededError,
    describe_campaign,
    find_latest_run,
    get_campaign,
)
from tasks.campaigns.run_items import add_pages, list_waiting_pages, settle_pages
from tasks.campaigns.runs import (
    Standing,
    advance_run,
    close_run,
    fail_run,
    list_silent_campaign_runs,
    take_run,
)
from tasks.campaigns.schemas import CampaignAnswer, PortionCounts, TakenRun
from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run, retake_run

SILENCE = timedelta(seconds=15)
pytestmark = pytest.mark.usefixtures("database")


def advance(taken: TakenRun, *, acquired: int = 1) -> Standing:
    with transaction() as session:
        return advance_run(
            session,
            taken,
            PortionCounts(acquired=acquired, scored=acquired),
            position={"offset": acquired},
            stage_seconds={"acquisition": 0.5},
            now=now(),
        )


def shown(taken: TakenRun) -> CampaignAnswer:
    with transaction() as session:
        return describe_campaign(
            get_campaign(session, taken.campaign_id),
            find_latest_run(session, taken.campaign_id),
        )


def run_state(taken: TakenRun) -> CampaignRunState:
    campaign_run = shown(taken).run
    assert campaign_run is not None
    return campaign_run.state


def test_portions_add_up_and_the_position_moves() -> None:
    taken = create_taken_run()
    assert advance(taken, acquired=3) is Standing.GO_ON
    assert advance(taken, acquired=4) is Standing.GO_ON
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert (campaign_run.acquired, campaign_run.stages) == (7, {"acquisition": 1.0})
    assert retake_run(taken.campaign_run_id).position == {"offset": 4}


def test_a_taker_that_lost_its_run_stores_nothing_more() -> None:
    taken = create_taken_run()
    retake_run(taken.campaign_run_id)
    with pytest.raises(SupersededError):
        advance(taken)
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert campaign_run.acquired == 0


def test_a_run_is_not_taken_up_for_ever_without_getting_further() -> None:
    taken = create_taken_run()
    with transaction() as session:
        assert take_run(session, taken.campaign_run_id, attempts=1, now=now()) is None
    assert shown(taken).status is CampaignState.FAILED
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert campaign_run.error is not None
    assert campaign_run.error.error == "no_progress"


def test_progress_makes_room_for_further_attempts() -> None:
    taken = create_taken_run()
    for _ in range(12):
        advance(taken)
        taken = retake_run(taken.campaign_run_id)
    assert run_state(taken) is CampaignRunState.RUNNING


def test_a_paused_campaign_stops_after_the_portion_and_goes_on_when_resumed() -> None:
    taken = create_taken_run()
    with transaction() as session:
        pause_campaign(session, taken.campaign_id, now=now())
    assert advance(taken, acquired=5) is Standing.STOP
    assert run_state(taken) is CampaignRunState.PAUSED
    with transaction() as session:
        again = resume_campaign(session, taken.campaign_id, now=now())
    assert again == (taken.campaign_run_id, taken.attempt)
    assert retake_run(taken.campaign_run_id).acquired == 5


def test_a_pause_taken_back_at_once_never_reaches_the_taker() -> None:
    taken = create_taken_run()
    with transaction() as session:
        pause_campaign(session, taken.campaign_id, now=now())
    with transaction() as session:
        assert resume_campaign(session, taken.campaign_id, now=now()) is None
    assert advance(taken) is Standing.GO_ON


def test_a_completed_campaign_keeps_what_it_has_and_ends() -> None:
    taken = create_taken_run()
    advance(taken, acquired=2)
    with transaction() as session:
        complete_campaign(session, taken.campaign_id, now=now())
    assert advance(taken, acquired=1) is Standing.STOP
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert (campaign_run.state, campaign_run.acquired) == ("completed", 3)


def test_a_cancelled_campaign_stores_nothing_more_and_can_be_run_again() -> None:
    taken = create_taken_run()
    advance(taken, acquired=2)
    with transaction() as session:
        cancelled = cancel_campaign(session, taken.campaign_id, now=now())
    assert cancelled is not None
    assert cancelled.campaign_run_id == taken.campaign_run_id
    with pytest.raises(SupersededError):
        advance(taken, acquired=1)
    campaign = shown(taken)
    assert campaign.run is not None
    assert (campaign.status, campaign.run.state) == ("cancelled", "cancelled")
    assert campaign.run.acquired == 2
    with transaction() as session:
        assert take_run(session, taken.campaign_run_id, attempts=9, now=now()) is None
    with transaction() as session, pytest.raises(CampaignStateError):
        cancel_campaign(session, taken.campaign_id, now=now())
    with transaction() as session:
        again = start_campaign(session, taken.campaign_id, now=now())
    assert again.campaign_run_id != taken.campaign_run_id


def test_a_failure_is_noted_with_what_the_person_should_know() -> None:
    taken = create_taken_run()
    problem = RefusedError("the listing answered 404: check the address")
    with transaction() as session:
        fail_run(session, taken, problem, now=now())
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert campaign_run.error is not None
    assert campaign_run.error.message == problem.message
    assert shown(taken).status is CampaignState.FAILED


def test_a_run_that_ended_cannot_end_otherwise() -> None:
    taken = create_taken_run()
    with transaction() as session:
        close_run(session, taken, now=now())
    with transaction() as session:
        fail_run(session, taken, RefusedError("too late"), now=now())
    assert run_state(taken) is CampaignRunState.COMPLETED


@pytest.mark.parametrize(("missing", "source_ended"), [(1, True), (0, False)])
def test_a_run_that_got_fewer_than_wanted_says_that_its_source_ended(
    missing: int, *, source_ended: bool
) -> None:
    taken = create_taken_run()
    advance(taken, acquired=taken.wanted - missing)
    with transaction() as session:
        close_run(session, taken, now=now())
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert campaign_run.source_ended is source_ended


def test_a_run_that_a_person_ended_does_not_say_that_its_source_ended() -> None:
    taken = create_taken_run()
    with transaction() as session:
        pause_campaign(session, taken.campaign_id, now=now())
    advance(taken)
    with transaction() as session:
        complete_campaign(session, taken.campaign_id, now=now())
    campaign_run = shown(taken).run
    assert campaign_run is not None
    assert campaign_run.state is CampaignRunState.COMPLETED
    assert not campaign_run.source_ended


def test_an_active_campaign_is_not_started_twice() -> None:
    taken = create_taken_run()
    with transaction() as session, pytest.raises(CampaignStateError) as refused:
        start_campaign(session, taken.campaign_id, now=now())
    assert refused.value.details == {"status": "active"}


def test_only_silent_unfinished_runs_are_rescued() -> None:
    silent, ended = create_taken_run(), create_taken_run()
    with transaction() as session:
        close_run(session, ended, now=now())
        draft = create_campaign(session)
    later = now() + 2 * SILENCE
    with transaction() as session:
        found = list_silent_campaign_runs(session, silence=SILENCE, now=later)
        assert [one.campaign_run_id for one in found] == [silent.campaign_run_id]
        assert not list_silent_campaign_runs(session, silence=SILENCE, now=now())
        assert find_latest_run(session, draft) is None


def test_a_page_named_twice_is_fetched_once() -> None:
    taken = create_taken_run()
    own = taken.campaign_run_id
    with transaction() as session:
        assert add_pages(session, own, ["/a", "/b"]) == 2
        assert add_pages(session, own, ["/b", "/c"]) == 1
        settle_pages(session, own, ["/a"])
        assert list_waiting_pages(session, own, limit=5) == ["/b", "/c"]
