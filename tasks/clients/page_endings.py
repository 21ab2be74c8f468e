"""How one request for a page can end other than with the page."""

from dataclasses import replace

from config.vocabulary import Fate
from tasks.clients.inner_networks import InnerAddressError
from tasks.clients.page_answers import (
    PageAnswer,
    PageState,
    Retry,
    is_html,
    judge_status,
)
from tasks.clients.proxy_supply import Blame


class PageEnded(Exception):  # noqa: N818 - an ending, not an error
    """The page need not be tried again."""

    def __init__(
        self,
        state: PageState,
        reason: str,
        status: int | None = None,
        lost_as: Fate | None = None,
    ) -> None:
        super().__init__(reason)
        self.state, self.reason, self.status = state, reason, status
        self.lost_as = lost_as

    def answer(self, url: str, *, tries: int) -> PageAnswer:
        """Return it as the answer for the address that was asked for."""
        return PageAnswer(
            url,
            self.state,
            tries,
            self.reason,
            status=self.status,
            lost_as=self.lost_as,
        )


def excluded(reason: str, status: int | None = None) -> PageEnded:
    """Return the ending of a page that a rule of ours forbids."""
    return PageEnded(PageState.LOST, reason, status, Fate.EXCLUDED)


class RetryLater(Exception):  # noqa: N818 - a wish, not an error
    """
    The page may be had by another try.

    `blame` says who is at fault where it is known here, for the proxy it came through.
    """

    def __init__(self, retry: Retry, blame: Blame | None = None) -> None:
        super().__init__(retry.reason)
        if blame is Blame.BLOCKED:
            retry = replace(retry, lost_as=Fate.BLOCKED)
        self.retry, self.blame = retry, blame


def end_unless_readable(
    status: int, content_type: str, *, retry_after: float | None, is_conditional: bool
) -> None:
    """
    Return if an answer is a page worth reading.

    Args:
        status: Of the answer.
        content_type: As its header states it.
        retry_after: Seconds for which the host wants to be left alone.
        is_conditional: Whether it was asked only for what has changed.

    Raises:
        RetryLater: The page may be had later.
        PageEnded: It may not, or it is as it was.
    """
    verdict = judge_status(status, retry_after=retry_after)
    if isinstance(verdict, Retry):
        raise RetryLater(verdict)
    if verdict is PageState.UNCHANGED and not is_conditional:
        verdict = PageState.LOST
    if verdict is not None:
        raise PageEnded(verdict, f"the host answered {status}", status)
    if not is_html(content_type):
        kind = content_type.split(";", 1)[0].strip()
        raise PageEnded(PageState.NOT_HTML, f"it is not HTML: {kind}", status)


def end_if_shut_out(wrong: Exception) -> None:
    """End a page whose address turned out to be in an inner network."""
    cause = getattr(wrong, "os_error", wrong)
    if isinstance(cause, InnerAddressError):
        raise excluded(str(cause)) from None
