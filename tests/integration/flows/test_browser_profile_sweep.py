"""Browsers whose worker was killed, or that ended by themselves, and the watch."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from signal import SIGKILL
from threading import Event, Thread
from uuid import UUID

import httpx
import psutil
import pytest

from config.clock import now
from config.settings import settings
from config.vocabulary import BrowserState
from flows.browser_profile_sweep import sweep_once, watch_browsers_forever
from tasks.browser_profiles.registry import look_up
from tasks.browser_profiles.schemas import Lease
from tasks.browser_profiles.start import start_browser
from tasks.browser_profiles.stop import stop_browser
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_wishes import QuickBrowser
from tasks.clients.prefect_server import prefect_server
from tests.factories.browser_profiles import alone
from tests.fixtures.multilogin import MultiloginX, with_multilogin
from tests.fixtures.prefect import wait_for
from tests.integration.tasks.browser_profiles.conftest import (
    StartProcess,
    browser_profile_id,
    open_browsers,
    start_process,
)

__all__ = ["browser_profile_id", "start_process"]

pytestmark = pytest.mark.usefixtures("deployed_samples", "database", "multilogin")
SOON = 20.0


@pytest.fixture
def watch(browser_profile_id: UUID, environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Look at browsers several times a second, as the relay does once a minute."""
    environment.setenv("MUSTER_BROWSER_PROFILES__SWEEP_INTERVAL", "PT0.3S")
    environment.setenv("MUSTER_BROWSER_PROFILES__LOCK_LIFETIME", "PT1S")
    settings.cache_clear()
    assert browser_profile_id
    stop = Event()
    thread = Thread(target=watch_browsers_forever, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()


def state_of(one: UUID) -> BrowserState:
    return alone(look_up(one))[0].state


def comes_to(one: UUID, state: BrowserState) -> Callable[[], bool]:
    return lambda: state_of(one) is state


@pytest.mark.usefixtures("watch")
def test_the_browser_of_a_worker_killed_before_its_commit_is_adopted(
    browser_profile_id: UUID, start_process: StartProcess
) -> None:
    killed = start_process("die", browser_profile_id)
    assert killed.wait(timeout=60) == -SIGKILL
    assert len(open_browsers(browser_profile_id)) == 1
    wait_for(comes_to(browser_profile_id, BrowserState.RUNNING), seconds=SOON)
    _, known = alone(look_up(browser_profile_id))
    assert known is not None
    assert known.selenium_url is not None
    assert httpx.get(f"{known.selenium_url}/status").json()["value"]["ready"]
    assert alone(start_browser(browser_profile_id)).selenium_url == known.selenium_url
    alone(stop_browser(browser_profile_id))
    assert not open_browsers(browser_profile_id)


def test_without_the_watch_the_next_start_finds_it(
    browser_profile_id: UUID,
    start_process: StartProcess,
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_BROWSER_PROFILES__LOCK_LIFETIME", "PT1S")
    settings.cache_clear()
    assert start_process("die", browser_profile_id).wait(timeout=60) == -SIGKILL
    first = open_browsers(browser_profile_id)
    assert alone(start_browser(browser_profile_id)).state is BrowserState.RUNNING
    assert open_browsers(browser_profile_id) == first


@pytest.mark.usefixtures("watch")
def test_a_browser_that_ended_by_itself_is_noticed(browser_profile_id: UUID) -> None:
    alone(start_browser(browser_profile_id))
    for number in open_browsers(browser_profile_id):
        psutil.Process(number).kill()
    wait_for(comes_to(browser_profile_id, BrowserState.CRASHED), seconds=SOON)
    assert alone(look_up(browser_profile_id))[1] is None


def last_sweep_completed() -> bool:
    latest = prefect_server().list_flow_runs("browser-profile-sweep", limit=1)
    return [one.state.type for one in latest] == ["COMPLETED"]


@pytest.mark.usefixtures("watch")
def test_a_browser_whose_lease_is_over_is_stopped(browser_profile_id: UUID) -> None:
    lease = Lease("a campaign that was killed", now() + timedelta(seconds=2))
    alone(start_browser(browser_profile_id, lease=lease))
    wait_for(comes_to(browser_profile_id, BrowserState.STOPPED), seconds=SOON)
    assert not open_browsers(browser_profile_id)
    wait_for(last_sweep_completed, seconds=SOON)


def test_what_is_well_is_left_alone_and_no_flow_is_run(
    browser_profile_id: UUID, multilogin: MultiloginX
) -> None:
    assert multilogin.launcher
    answer = alone(start_browser(browser_profile_id))
    _, before = alone(look_up(browser_profile_id))
    assert alone(sweep_once()) == {}
    _, after = alone(look_up(browser_profile_id))
    assert before is not None
    assert after is not None
    assert after.last_seen_at > before.last_seen_at
    assert after.selenium_url == answer.selenium_url


def test_a_browser_of_nobody_we_know_is_left_alone(browser_profile_id: UUID) -> None:
    async def start_quick(opened: Multilogin) -> str:
        started = await opened.launcher.start_quick(QuickBrowser(), headless=True)
        return started.browser_profile_id

    quick = with_multilogin(start_quick)
    assert alone(sweep_once()) == {}
    states = with_multilogin(lambda opened: opened.launcher.quick_statuses())
    assert states[quick].is_running
    assert state_of(browser_profile_id) is BrowserState.STOPPED
