"""
Read public pages through browsers that somebody supplies, as politely as over HTTP.

One thread a browser. A page is sent for, waited for and read in two calls. What goes
wrong with a browser or its proxy is never blamed on the page; what goes wrong with a
page is pictured.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from time import monotonic

from config.errors import ApplicationError
from tasks.clients.browser_seat import (
    BrowserSupply,
    BrowserTerms,
    FailurePicture,
    LeasedBrowser,
    PictureBook,
    Seat,
)
from tasks.clients.browser_work import BrowserWork
from tasks.clients.page_answers import PageAnswer, PageState, error_for
from tasks.clients.shared_manners import SharedManners

__all__ = ["BrowserPages", "BrowserTerms", "FailurePicture", "LeasedBrowser"]


class BrowserPages:
    """An open door to the pages of some hosts through browsers; close it at the end."""

    def __init__(
        self,
        supply: BrowserSupply,
        terms: BrowserTerms,
        *,
        pictures: list[FailurePicture] | None = None,
    ) -> None:
        self._supply, self._terms = supply, terms
        self._manners = SharedManners(terms.limits)
        self._threads = ThreadPoolExecutor(terms.at_once, "browser")
        book = PictureBook([] if pictures is None else pictures, terms)
        self._seats = [
            Seat(supply, terms, manners=self._manners, book=book)
            for _ in range(terms.at_once)
        ]

    def close(self) -> None:
        """Let go of the browsers and give them back."""
        self._manners.close()
        self._threads.shutdown()
        for seat in self._seats:
            seat.let_go()
        self._supply.close()
        if self._terms.turns is not None:
            self._terms.turns.close()

    def fetch(
        self,
        urls: Sequence[str],
        *,
        budget_seconds: float | None = None,
        earlier_tries: Mapping[str, int] | None = None,
    ) -> list[PageAnswer]:
        """
        Return one answer for each address, in their order.

        Args:
            urls: Absolute addresses.
            budget_seconds: After it no page is begun; those left are postponed.
            earlier_tries: Tries made in earlier calls, which count here.

        Raises:
            ApplicationError: No browser is to be had, or none that works, and so not
                one page was read.
        """
        ends_at = None if budget_seconds is None else monotonic() + budget_seconds
        work = BrowserWork.of(
            urls,
            ends_at=ends_at,
            tries=earlier_tries,
            find_fault=self._terms.find_fault,
        )
        return self._work_off(work, urls)

    def fetch_one(self, url: str, *, what: str = "page") -> PageAnswer:
        """
        Return one page that is needed for the work to go on.

        Raises:
            OutsideError: It could not be had; the message says why.
        """
        answer = self._work_off(BrowserWork.of([url]), [url])[0]
        if answer.state is not PageState.FETCHED:
            raise error_for(answer, what)
        return answer

    def _work_off(self, work: BrowserWork, urls: Sequence[str]) -> list[PageAnswer]:
        seats = self._seats[: len(work.waiting)]
        under_way = [
            self._threads.submit(copy_context().run, seat.work_off, work)
            for seat in seats
        ]
        wait(under_way)
        failures = [one.exception() for one in under_way]
        for failure in failures:
            if failure is not None and not isinstance(failure, ApplicationError):
                raise failure
        if failures and all(failures) and not work.answers:
            raise failures[0] or AssertionError
        return [work.answers.get(url) or work.postponed(url) for url in urls]
