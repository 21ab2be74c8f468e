"""How one request for a page can end other than with the page."""

from tasks.clients.page_answers import PageState, Retry
from tasks.clients.proxy_supply import Blame


class PageEnded(Exception):  # noqa: N818 - an ending, not an error
    """The page need not be tried again."""

    def __init__(
        self, state: PageState, reason: str, status: int | None = None
    ) -> None:
        super().__init__(reason)
        self.state, self.reason, self.status = state, reason, status


class RetryLater(Exception):  # noqa: N818 - a wish, not an error
    """
    The page may be had by another try.

    `blame` says who is at fault where it is known here, for the proxy it came through.
    """

    def __init__(self, retry: Retry, blame: Blame | None = None) -> None:
        super().__init__(retry.reason)
        self.retry, self.blame = retry, blame
