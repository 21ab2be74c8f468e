"""Start and stop, against the local Multilogin X with real Chromium."""

from datetime import timedelta
from uuid import UUID

import anyio
import psutil
import pytest
from selenium import webdriver
from sqlalchemy import text

from config.clock import now
from config.settings import settings
from config.vocabulary import BrowserState
from tasks.browser_profiles import life
from tasks.browser_profiles.registry import look_up, renew_lease
from tasks.browser_profiles.repository import OvertakenError
from tasks.browser_profiles.schemas import Lease
from tasks.browser_profiles.start import start_browser
from tasks.browser_profiles.stop import stop_all_browsers, stop_browser
from tasks.clients.multilogin_errors import (
    AgentNotRunningError,
    CoreDownloadingError,
    MultiLoginError,
    ProfileLockedError,
    ProxyConnectionError,
)
from tasks.database import transaction
from tests.factories.browser_profiles import alone, make_browser_profile
from tests.fixtures.multilogin import MultiloginX, with_multilogin
from tests.integration.tasks.browser_profiles.conftest import open_browsers

START = "launcher/api/v2/profile"


def steps_told() -> list[str]:
    """Return what was told of browsers, oldest first."""
    with transaction() as session:
        query = text(
            "SELECT data->>'step' FROM tracking_events WHERE type = 'browser' "
            "ORDER BY number"
        )
        return [str(step) for step in session.scalars(query)]


def reason_kept(browser_profile_id: UUID) -> str:
    with transaction() as session:
        query = text("SELECT error_code FROM browser_profiles WHERE id = :id")
        return str(session.scalar(query, {"id": browser_profile_id}))


def test_a_started_browser_is_driven_by_selenium_and_stopped(
    browser_profile_id: UUID,
) -> None:
    answer = alone(start_browser(browser_profile_id))
    assert answer.state is BrowserState.RUNNING
    options = webdriver.ChromeOptions()
    driver = webdriver.Remote(answer.selenium_url or "", options=options)
    driver.get("data:text/html,<title>Here</title>")
    assert driver.title == "Here"
    driver.quit()
    assert alone(start_browser(browser_profile_id)) == answer
    assert alone(stop_browser(browser_profile_id)).state is BrowserState.STOPPED
    profile, known = alone(look_up(browser_profile_id))
    assert (profile.state, known) == (BrowserState.STOPPED, None)
    assert not open_browsers(browser_profile_id)
    assert alone(stop_browser(browser_profile_id)).state is BrowserState.STOPPED
    assert steps_told() == [
        *("created", "start_requested", "started", "stop_requested", "stopped")
    ]


def test_what_could_not_be_honoured_is_told(
    database: str, multilogin: MultiloginX
) -> None:
    assert database
    masked = make_browser_profile(template="documented")
    answer = alone(start_browser(masked))
    flags = {one.flag: one for one in answer.unsupported}
    assert flags["graphics_noise"].asked == "mask"
    assert all(one.reason for one in answer.unsupported)
    assert alone(start_browser(masked)).unsupported == answer.unsupported
    multilogin.stop_all()


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("GET_PROXY_CONNECTION_IP_ERROR", ProxyConnectionError),
        ("LOCK_PROFILE_ERROR", ProfileLockedError),
        ("CORE_DOWNLOADING_STARTED", CoreDownloadingError),
    ],
)
def test_a_start_that_is_refused_says_why_and_can_be_repeated(
    browser_profile_id: UUID,
    multilogin: MultiloginX,
    word: str,
    problem: type[MultiLoginError],
) -> None:
    multilogin.put_fault(START, error_code=word, http=500)
    with pytest.raises(problem):
        alone(start_browser(browser_profile_id))
    profile, known = alone(look_up(browser_profile_id))
    assert (profile.state, known) == (BrowserState.FAILED, None)
    assert reason_kept(browser_profile_id) == problem.code
    assert alone(start_browser(browser_profile_id)).state is BrowserState.RUNNING
    assert reason_kept(browser_profile_id) == "None"
    told = ["created", "start_requested", "start_failed", "start_requested", "started"]
    assert steps_told() == told


def test_what_a_broken_off_start_left_running_is_stopped_at_once(
    browser_profile_id: UUID, multilogin: MultiloginX
) -> None:
    multilogin.put_fault(START, seconds=30, after=True)  # started, and no answer

    async def start_and_give_up() -> None:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(start_browser, browser_profile_id)
                while not open_browsers(browser_profile_id):  # noqa: ASYNC110 - a process
                    await anyio.sleep(0.05)
                tasks.cancel_scope.cancel()

    alone(start_and_give_up())
    assert not open_browsers(browser_profile_id)
    profile, known = alone(look_up(browser_profile_id))
    assert (profile.state, known) == (BrowserState.FAILED, None)
    assert reason_kept(browser_profile_id) == life.INTERRUPTED.error


def test_a_browser_that_is_there_already_is_taken_in(browser_profile_id: UUID) -> None:
    profile, _ = alone(look_up(browser_profile_id))
    before = with_multilogin(
        lambda opened: opened.launcher.start(
            str(profile.folder_id), str(browser_profile_id), headless=True
        )
    )
    answer = alone(start_browser(browser_profile_id))
    assert answer.selenium_url == before.webdriver_url
    assert "adopted" in steps_told()


def test_after_a_crash_a_start_brings_a_new_browser(browser_profile_id: UUID) -> None:
    first = alone(start_browser(browser_profile_id))
    for number in open_browsers(browser_profile_id):
        gone = psutil.Process(number)
        gone.kill()
        gone.wait(timeout=10)
    second = alone(start_browser(browser_profile_id))
    assert second.state is BrowserState.RUNNING
    assert second.selenium_url != first.selenium_url
    assert len(open_browsers(browser_profile_id)) == 1


def test_no_more_browsers_run_than_are_allowed(
    browser_profile_id: UUID, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_BROWSER_PROFILES__BROWSERS_PER_WORKER", "1")
    settings.cache_clear()
    second = make_browser_profile()
    alone(start_browser(browser_profile_id))
    with pytest.raises(life.TooManyBrowsersError, match="1 browsers run on this"):
        alone(start_browser(second))
    profile, known = alone(look_up(second))
    assert (profile.state, known) == (BrowserState.STOPPED, None)
    alone(stop_browser(browser_profile_id))
    assert alone(start_browser(second)).state is BrowserState.RUNNING


def test_all_are_stopped_and_what_cannot_be_is_named(
    browser_profile_id: UUID, multilogin: MultiloginX
) -> None:
    second = make_browser_profile()
    for one in (browser_profile_id, second):
        alone(start_browser(one))
    where = f"launcher/api/v1/profile/stop/p/{second}"
    multilogin.put_fault(where, http=500, message="no", times=9)
    answer = alone(stop_all_browsers())
    assert answer.stopped == (browser_profile_id,)
    assert [one.id for one in answer.failed] == [second]
    profile, known = alone(look_up(second))
    assert profile.state is BrowserState.STOPPING
    assert known is not None
    multilogin.clear_faults()
    assert alone(stop_all_browsers()).stopped == (second,)


def test_an_agent_that_is_away_is_named(
    browser_profile_id: UUID, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__LAUNCHER_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(AgentNotRunningError):
        alone(start_browser(browser_profile_id))
    assert reason_kept(browser_profile_id) == AgentNotRunningError.code


def test_who_comes_too_late_writes_nothing(browser_profile_id: UUID) -> None:
    reason = life.INTERRUPTED
    with transaction() as session:
        life.begin_stop(session, browser_profile_id, fence=7, now=now())
    with pytest.raises(OvertakenError), transaction() as session:
        life.note_start_failed(session, browser_profile_id, reason, fence=6, now=now())
    assert alone(look_up(browser_profile_id))[0].state is BrowserState.STOPPED
    # Whoever holds it next gets a larger number, though Redis knows nothing of 7.
    assert alone(start_browser(browser_profile_id)).state is BrowserState.RUNNING


def test_a_lease_is_renewed_by_its_holder_only(browser_profile_id: UUID) -> None:
    lease = Lease("a campaign", now() + timedelta(minutes=1))
    alone(start_browser(browser_profile_id, lease=lease))
    later = lease._replace(until=lease.until + timedelta(minutes=1))
    assert alone(renew_lease(browser_profile_id, later))
    assert not alone(renew_lease(browser_profile_id, later._replace(holder="other")))
    _, known = alone(look_up(browser_profile_id))
    assert known is not None
    assert known.leased_until == later.until
