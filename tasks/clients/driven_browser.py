"""One open browser, driven by Selenium: sent to a page, read in one call, pictured."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

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

log = logging.getLogger(__name__)

_NETWORK_ERROR = re.compile(r"net::(ERR_[A-Z_]+)")
_NOT_ASKED_TWICE = Retry(connect=2, read=0, redirect=0, status=0, other=0)
"""A command that went out may have been carried out."""

_UNSEEN = (
    *("png", "jpg", "jpeg", "gif", "webp", "avif", "bmp", "ico", "svg"),
    *("woff2", "woff", "ttf", "otf", "eot"),
    *("mp4", "m4v", "webm", "mov", "m3u8", "mp3", "m4a", "ogg", "wav"),
)
_ENDINGS = tuple(
    f"*.{ending}{more}"
    for one in _UNSEEN
    for ending in (one, one.upper())  # Chromium minds the case of a path
    for more in ("", "?*")
)
_LIKE_A_PICTURE = re.compile(rf"\.(?:{'|'.join(_UNSEEN)})(?:\?|$)", re.IGNORECASE)
_BLOCKED = "ERR_BLOCKED_BY_CLIENT"
_HOLD_NOTHING = {
    "maxTotalBufferSize": 0,
    "maxResourceBufferSize": 0,
    "maxPostDataSize": 0,
}
"""Else Chromium keeps a copy of all that is loaded: a tenth of the CPU of a page."""

_ENDED = (
    InvalidSessionIdException,
    NoSuchWindowException,
    SessionNotCreatedException,
)

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
        self._is_whole, self._leaves_out, self._is_gone = True, False, False
        self._takes_devtools = browser_type != "stealthfox"
        options = ChromeOptions() if self._takes_devtools else FirefoxOptions()
        options.unhandled_prompt_behavior = "dismiss"
        client = ClientConfig(
            remote_server_addr=selenium_url,
            timeout=int(seconds + _PATIENCE_SECONDS),
            proxy=Proxy({"proxyType": ProxyType.DIRECT}),  # not what the shell names
            init_args_for_pool_manager={
                "init_args_for_pool_manager": {"retries": _NOT_ASKED_TWICE}
            },
        )
        with self._ends_named():
            self._driver = Remote(selenium_url, options=options, client_config=client)
            self._driver.set_page_load_timeout(seconds)

    def open(self, url: str) -> ShownPage:
        """
        Send the browser to an address and return what it shows then.

        Raises:
            PageTooSlowError: It did not come within the time-out.
            BrowserGoneError: The browser is gone, or does not answer.
        """
        # Somebody may be called jo.mov, in the address of the page, in that of a page
        # it leads on to, and in those of what it loads.
        is_whole = self._leaves_out and bool(_LIKE_A_PICTURE.search(url))
        told = self._load_whole(url) if is_whole else self._load(url)
        if self._leaves_out and told.get("networkError") == _BLOCKED:
            told = self._load_whole(url)
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
        with self._ends_named():
            return self._driver.get_screenshot_as_png()

    def check(self) -> None:
        """
        Return if the browser answers and runs scripts.

        Raises:
            BrowserGoneError: It does not.
        """
        with self._ends_named():
            if self._driver.execute_script("return 6 * 7") != 42:  # noqa: PLR2004 - six times seven
                raise BrowserGoneError("the browser runs no scripts")

    def leave_out_pictures(self) -> None:
        """
        Load no pictures, fonts, sounds and videos until it is detached.

        They are told by the endings of their addresses, which costs less than to look
        at each request. A driver that cannot do so (Firefox's) loads everything.

        Raises:
            BrowserGoneError: The browser is gone, or does not answer.
        """
        self._leaves_out = True
        self._block(_ENDINGS)

    def detach(self) -> None:
        """Let go of the browser; it stays open, and loads everything again."""
        if self._leaves_out:
            with suppress(BrowserGoneError):
                self._block(())
        self._driver.command_executor.close()  # type: ignore[union-attr]  # never a string by now

    def _load(self, url: str) -> dict[str, Any]:
        with self._ends_named():
            try:
                self._driver.get(url)
            except TimeoutException as late:
                raise PageTooSlowError("the page did not come in time") from late
            except WebDriverException as problem:
                if not _NETWORK_ERROR.search(problem.msg or ""):
                    raise
            told: dict[str, Any] = self._driver.execute_script(
                READ_PAGE, self._largest_page, LARGEST_ROBOTS_BYTES
            )
        return told

    def _load_whole(self, url: str) -> dict[str, Any]:
        self._block(())
        try:
            return self._load(url)
        finally:
            self._block(_ENDINGS)

    def _block(self, addresses: Sequence[str]) -> None:
        """Block addresses after the DevTools protocol, `Network.setBlockedURLs`."""
        if self._is_gone or not self._takes_devtools:
            return
        with self._ends_named():
            try:
                self._driver.execute_cdp_cmd("Network.enable", _HOLD_NOTHING)
                self._driver.execute_cdp_cmd(
                    "Network.setBlockedURLs", {"urls": addresses}
                )
            except _ENDED:
                raise
            except WebDriverException as refused:
                self._takes_devtools = False
                log.warning("the browser loads pictures all the same: %s", refused.msg)

    @contextmanager
    def _ends_named(self) -> Iterator[None]:
        """Say in our words that the browser is gone, and remember it."""
        try:
            yield
        except _ENDED as gone:
            self._is_gone = True
            raise BrowserGoneError("the browser has ended") from gone
        except WebDriverException as problem:
            self._is_gone = True
            said = (problem.msg or type(problem).__name__).splitlines()[0]
            raise BrowserGoneError(f"the browser does not obey: {said}") from problem
        except (HTTPError, OSError) as silent:
            self._is_gone = True
            raise BrowserGoneError("the browser does not answer") from silent
