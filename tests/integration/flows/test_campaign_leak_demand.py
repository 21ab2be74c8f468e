"""A campaign that demands a passed leak test says which browsers it sets aside."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.settings import settings
from config.vocabulary import LeakVerdict
from flows.campaign_browsers import (
    LeakTestDemandedError,
    find_objection_to,
    open_browser_pages,
)
from tasks.browser_profiles.lease import Holder
from tasks.campaigns.repository import describe_run, find_latest_run
from tasks.campaigns.schemas import LeftOutBrowser, TakenRun
from tasks.clients.page_answers import PageState
from tasks.database import transaction
from tasks.leak_tests.schemas import LeakProblem
from tasks.public_profiles.schemas import BrowserPagesSource
from tests.factories.browser_profiles import make_browser_profile
from tests.factories.campaigns import create_taken_run
from tests.factories.leak_tests import create_leak_test
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.odd_site import OddSite, odd_site

CLEAN, LEAK, UNKNOWN = LeakVerdict.CLEAN, LeakVerdict.LEAK, LeakVerdict.INCONCLUSIVE
HOLDER = Holder("campaign run x", 1)


@pytest.fixture
def site() -> Iterator[OddSite]:
    with odd_site() as here:
        yield here


def source_of(*ids: UUID, minutes: int | None = 60, site: str = "") -> Any:
    return BrowserPagesSource.model_validate(
        {
            "listing_url": f"{site or 'http://127.0.0.1:9'}/people",
            "recipe": "demo-people",
            "browser_profile_ids": ids,
            "leak_test": {"max_age_minutes": minutes} if minutes else None,
        }
    )


def objection(
    browser_profile_id: UUID, taken: TakenRun | None = None, *, minutes: int | None = 60
) -> str | None:
    found = find_objection_to(
        browser_profile_id,
        source=source_of(browser_profile_id, minutes=minutes),
        campaign_run_id=taken.campaign_run_id if taken else None,
    )
    return found.message if found else None


def left_out(taken: TakenRun) -> tuple[LeftOutBrowser, ...]:
    with transaction() as session:
        campaign_run = find_latest_run(session, taken.campaign_id)
        assert campaign_run is not None
        return describe_run(campaign_run).left_out


def told(step: str) -> list[dict[str, Any]]:
    query = text("SELECT data FROM tracking_events WHERE data ->> 'step' = :step")
    with transaction() as session:
        return list(session.execute(query, {"step": step}).scalars())


@pytest.mark.usefixtures("database")
def test_only_a_passed_test_that_is_young_enough_will_do() -> None:
    untested, passed, old = uuid4(), uuid4(), uuid4()
    assert "has no leak test" in str(objection(untested))
    create_leak_test(passed, verdicts=(CLEAN, UNKNOWN, UNKNOWN))
    assert objection(passed) is None
    create_leak_test(old, age=timedelta(minutes=61))
    assert "61 minutes old" in str(objection(old))
    assert objection(old, minutes=62) is None
    assert objection(untested, minutes=None) is None


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("verdicts", "message"),
    [
        ((LEAK, CLEAN, CLEAN), "leak of IP"),
        ((CLEAN, LEAK, LEAK), "leak of DNS, WEBRTC"),
        ((UNKNOWN, CLEAN, CLEAN), "could not tell"),
    ],
)
def test_a_leak_or_an_unknown_address_will_not_do(
    verdicts: tuple[LeakVerdict, LeakVerdict, LeakVerdict], message: str
) -> None:
    one = uuid4()
    create_leak_test(one, age=timedelta(minutes=5))
    create_leak_test(one, verdicts=verdicts)
    assert message in str(objection(one))


@pytest.mark.usefixtures("database")
def test_a_later_test_that_could_not_be_carried_out_takes_nothing_back() -> None:
    one = uuid4()
    create_leak_test(one, age=timedelta(minutes=5))
    away = LeakProblem(error="leak_responder_unreachable", message="away")
    create_leak_test(one, verdicts=(UNKNOWN, UNKNOWN, UNKNOWN), problem=away)
    assert objection(one) is None


@pytest.mark.usefixtures("database")
def test_the_run_says_whom_it_leaves_out_until_that_is_put_right() -> None:
    taken, one = create_taken_run(), uuid4()
    assert objection(one, taken)
    assert objection(one, taken)
    (kept,) = left_out(taken)
    assert kept.browser_profile_id == one
    assert "has no leak test" in kept.reason
    (event,) = told("browser_set_aside")
    assert event["browserProfileId"] == str(one)
    assert event["campaignRunId"] == str(taken.campaign_run_id)
    create_leak_test(one)
    assert objection(one, taken) is None
    assert left_out(taken) == ()


def test_pages_are_read_by_the_browser_profiles_that_passed(
    database: str, multilogin: MultiloginX, site: OddSite
) -> None:
    assert database
    assert settings().multilogin.launcher_url == multilogin.launcher
    taken = create_taken_run()
    passed, leaking = make_browser_profile(), make_browser_profile()
    create_leak_test(passed)
    create_leak_test(leaking, verdicts=(CLEAN, CLEAN, LEAK))
    door = open_browser_pages(
        source_of(leaking, passed, site=site.url),
        holder=HOLDER,
        pictures=None,
        campaign_run_id=taken.campaign_run_id,
    )
    with closing(door) as pages:
        (answer,) = pages.fetch([f"{site.url}/people/a"])
    assert answer.state is PageState.FETCHED
    (kept,) = left_out(taken)
    assert kept.browser_profile_id == leaking
    assert kept.name.startswith("Sample")


def test_a_run_with_nobody_left_stops_and_says_what_to_do(
    database: str, multilogin: MultiloginX, site: OddSite
) -> None:
    assert database
    assert multilogin.launcher
    one = make_browser_profile()
    door = open_browser_pages(
        source_of(one, site=site.url), holder=HOLDER, pictures=None
    )
    with closing(door) as pages, pytest.raises(LeakTestDemandedError) as stopped:
        pages.fetch([f"{site.url}/people/a"])
    assert "run one" in stopped.value.message
    assert not stopped.value.retryable
    assert not site.asked
