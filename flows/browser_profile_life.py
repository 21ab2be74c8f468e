"""What a person can do with a browser profile; starts and stops are flows."""

from uuid import UUID

from config.settings import settings
from flows.browser_profile_start import start_browser_profile
from flows.browser_profile_stop import stop_browser_profile
from flows.browser_profiles_stop_all import stop_all_browser_profiles
from flows.dispatch import run_attached
from tasks.browser_profiles.repository import (
    describe_browser_profile,
    find_running_browser,
    get_browser_profile,
)
from tasks.browser_profiles.schemas import (
    BrowserProfileAnswer,
    StartAnswer,
    StartRequest,
    StopAllAnswer,
)
from tasks.database import transaction


def show_browser_profile(browser_profile_id: UUID) -> BrowserProfileAnswer:
    """
    Return a browser profile with its browser.

    Raises:
        BrowserProfileNotFoundError: There is none of this id.
    """
    with transaction() as session:
        row = get_browser_profile(session, browser_profile_id)
        return describe_browser_profile(
            row, find_running_browser(session, browser_profile_id)
        )


async def start(browser_profile_id: UUID, request: StartRequest) -> StartAnswer:
    """
    Start a browser and return where it is driven; one that runs is returned as it is.

    Raises:
        BrowserProfileNotFoundError: There is no such browser profile.
        TooManyBrowsersError: As many run as are allowed.
        OutsideError: Multilogin X or Prefect does not do its part.
    """
    wish = {"browser_profile_id": str(browser_profile_id), "headless": request.headless}
    answer = await run_attached(
        start_browser_profile,
        parameters=wish,
        timeout=settings().browser_profiles.start_timeout,
    )
    return StartAnswer.model_validate(answer)


async def stop(browser_profile_id: UUID) -> StartAnswer:
    """
    Stop a browser; one that does not run is a success.

    Raises:
        BrowserProfileNotFoundError: There is no such browser profile.
        OutsideError: Multilogin X or Prefect does not do its part.
    """
    answer = await run_attached(
        stop_browser_profile,
        parameters={"browser_profile_id": str(browser_profile_id)},
        timeout=settings().browser_profiles.start_timeout,
    )
    return StartAnswer.model_validate(answer)


async def stop_all() -> StopAllAnswer:
    """
    Stop all browsers of this machine.

    Raises:
        OutsideError: Prefect does not do its part.
    """
    answer = await run_attached(
        stop_all_browser_profiles,
        parameters={},
        timeout=settings().browser_profiles.start_timeout,
    )
    return StopAllAnswer.model_validate(answer)
