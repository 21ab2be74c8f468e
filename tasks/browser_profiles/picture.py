"""A picture of the page that a browser shows now."""

from uuid import UUID

from config.errors import ConflictError
from config.settings import settings
from config.vocabulary import BrowserState
from tasks.browser_profiles.registry import look_up
from tasks.clients.webdriver import take_picture


class BrowserNotRunningError(ConflictError):
    """There is no browser to look at."""

    code = "browser_not_running"

    def __init__(self, state: BrowserState) -> None:
        super().__init__(
            "this browser is not running; start it first", details={"state": state}
        )


async def picture_page(browser_profile_id: UUID) -> bytes:
    """
    Return the page that a browser shows, as PNG; whoever drives it is not disturbed.

    Raises:
        BrowserNotRunningError: It does not run.
        WebDriverError: It does not answer, or cannot be looked at just now.
    """
    profile, known = await look_up(browser_profile_id)
    if known is None or known.selenium_url is None:
        raise BrowserNotRunningError(profile.state)
    return await take_picture(
        known.selenium_url, within=settings().browser_profiles.picture_timeout
    )
