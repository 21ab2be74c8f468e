"""The pages of one call over HTTP: those that wait, tries made, and the answers."""

from collections import deque
from http import HTTPStatus
from typing import NamedTuple

from tasks.clients.page_answers import PageAnswer, PageMark, PageState


class PageBody(NamedTuple):
    """A page as it came."""

    final_url: str
    body: bytes
    charset: str | None
    mark: PageMark | None

    def answer(self, url: str, *, tries: int) -> PageAnswer:
        """Return it as the answer for the address that was asked for."""
        return PageAnswer(
            url,
            PageState.FETCHED,
            tries,
            final_url=self.final_url,
            body=self.body,
            charset=self.charset,
            status=HTTPStatus.OK,
            mark=self.mark if self.final_url == url else None,
        )


class PageWork(NamedTuple):
    """Pages that wait, tries made for each, and the answers so far."""

    waiting: deque[str]
    tries: dict[str, int]
    answers: dict[str, PageAnswer]
    tried: dict[str, set[int]]
    """Proxies through which an address was tried."""

    def postponed(self, url: str) -> PageAnswer:
        """Return the answer for a page there was no time for."""
        tries = self.tries.get(url, 0)
        return PageAnswer(url, PageState.POSTPONED, tries, "time was up")
