"""One open browser, driven by Selenium: sent to a page, read in one call, pictured."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from selenium.common.exceptions import (
    InvalidSessionIdException,
    NoSuchWindowException,
    SessionNotCreatedException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver import ChromeOptions, FirefoxOptions, Remote
from selenium.webdriver.common.proxy import Proxy, ProxyType
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from tasks.clients.open_browser import BrowserGoneError, PageTooSlowError
from tasks.clients.page_manners import LARGEST_ROBOTS_BYTES
from tasks.clients.shown_page import READ_PAGE, ShownPage, read_shown

_NETWORK_ERROR = re.compile(r"net::(ERR_[A-Z_]+)")
_NOT_ASKED_TWICE = Retry(connect=2, read=0, redirect=0, status=0, other=0)
"""A command that went out may have been carried out."""

_PATIENCE_SECONDS = 10.0
"""Beyond the time-out of a page, until the driver itself counts as dead."""


class DrivenBrowser:
    """
    A browser that somebody else started and will stop; it is only attached to.

    Selenium's `quit` is never called: with Multilogin X it would close the browser.
    """

    def __init__(
        self,
        selenium_url: str,
        *,
        browser_type: str,
        page_timeout: timedelta,
        largest_page: int,
    ) -> None:
        """
        Attach.

        Raises:
            BrowserGoneError: Nothing answers there, or it takes no session.
        """
        seconds = page_timeout.total_seconds()
        self._largest_page = largest_page
        self._born_before: float | None = None
        self._is_whole = True
        options = FirefoxOptions() if browser_type == "stealthfox" else ChromeOptions()
        options.unhandled_prompt_behavior = "dismiss"
        client = ClientConfig(
            remote_server_addr=selenium_url,
            timeout=int(seconds + _PATIENCE_SECONDS),
            proxy=Proxy({"proxyType": ProxyType.DIRECT}),  # not what the shell names
            init_args_for_pool_manager={
                "init_args_for_pool_manager": {"retries": _NOT_ASKED_TWICE}
            },
        )
        with _ends_named():
            self._driver = Remote(selenium_url, options=options, client_config=client)
            self._driver.set_page_load_timeout(seconds)

    def open(self, url: str) -> ShownPage:
        """
        Send the browser to an address and return what it shows then.

        Raises:
            PageTooSlowError: It did not come within the time-out.
            BrowserGoneError: The browser is gone, or does not answer.
        """
        with _ends_named():
            try:
                self._driver.get(url)
            except TimeoutException as late:
                raise PageTooSlowError("the page did not come in time") from late
            except WebDriverException as problem:
                if not _NETWORK_ERROR.search(problem.msg or ""):
                    raise
            told = self._driver.execute_script(
                READ_PAGE, self._largest_page, LARGEST_ROBOTS_BYTES
            )
        shown = read_shown(told, born_before=self._born_before)
        self._born_before, self._is_whole = told.get("bornAt"), shown.is_whole
        return shown

    def picture(self) -> bytes | None:
        """
        Return what the browser shows, as PNG; None if it cannot be pictured.

        A page that broke off cannot: Chromium 156 would wait for its end for ever.

        Raises:
            BrowserGoneError: The browser is gone, or does not answer.
        """
        if not self._is_whole:
            return None
        with _ends_named():
            return self._driver.get_screenshot_as_png()

    def check(self) -> None:
        """
        Return if the browser answers and runs scripts.

        Raises:
            BrowserGoneError: It does not.
        """
        with _ends_named():
            if self._driver.execute_script("return 6 * 7") != 42:  # noqa: PLR2004 - six times seven
                raise BrowserGoneError("the browser runs no scripts")

    def detach(self) -> None:
        """Let go of the browser; it stays open."""
        self._driver.command_executor.close()  # type: ignore[union-attr]  # never a string by now


@contextmanager
def _ends_named() -> Iterator[None]:
    try:
        yield
    except (
        InvalidSessionIdException,
        NoSuchWindowException,
        SessionNotCreatedException,
    ) as gone:
        raise BrowserGoneError("the browser has ended") from gone
    except WebDriverException as problem:
        said = (problem.msg or type(problem).__name__).splitlines()[0]
        raise BrowserGoneError(f"the browser does not obey: {said}") from problem
    except (HTTPError, OSError) as silent:
        raise BrowserGoneError("the browser does not answer") from silent
