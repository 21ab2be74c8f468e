"""What is asked of an open browser, and the two ways in which it lets us down."""

from typing import Protocol

from config.errors import UnreachableError
from tasks.clients.shown_page import ShownPage


class BrowserGoneError(UnreachableError):
    """The browser, or the port it is driven by, does not answer any more."""

    code = "browser_silent"


class PageTooSlowError(UnreachableError):
    """A page did not come within its time."""

    code = "page_too_slow"


class OpenBrowser(Protocol):
    """A browser we are attached to; `tasks.clients.driven_browser` has the real one."""

    def open(self, url: str) -> ShownPage:
        """Send the browser to an address and return what it shows then."""

    def picture(self) -> bytes | None:
        """Return what the browser shows, as PNG; None if it cannot be pictured."""

    def check(self) -> None:
        """Return if the browser answers and runs scripts."""

    def leave_out_pictures(self) -> None:
        """Load no pictures, fonts, sounds and videos until it is detached."""

    def detach(self) -> None:
        """Let go of the browser; it stays open."""
