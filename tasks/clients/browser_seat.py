"""One place for a browser: it is leased, driven from page to page, and replaced."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from config.errors import ApplicationError, UnreachableError
from config.sections.public_profiles import PublicProfilesSettings
from config.vocabulary import Fate
from tasks.clients.browser_turns import NoTurnError, Turns, take_turn_of
from tasks.clients.browser_work import BrowserWork, no_fault
from tasks.clients.open_browser import (
    BrowserGoneError,
    OpenBrowser,
    PageTooSlowError,
)
from tasks.clients.page_answers import TOO_MANY, PageAnswer, PageState, Retry
from tasks.clients.page_manners import is_among
from tasks.clients.shared_manners import FIRST_WAIT_SECONDS, SharedManners
from tasks.clients.shown_page import (
    BrowserTrouble,
    Ended,
    ShownPage,
    judge_network_error,
    judge_shown,
)

log = logging.getLogger(__name__)

MOST_CRASHED_PAGES = 3
"""After so many in a row it is not the pages that end the browser."""

_UNPICTURED = frozenset((PageState.GONE, PageState.REFUSED_BY_ROBOTS))


class BrowserTroubleError(UnreachableError):
    """Browsers start, and no page can be read with them."""

    code = "browser_trouble"

    def __init__(self, trouble: BrowserTrouble) -> None:
        super().__init__(
            f"no page can be read with these browser profiles: {trouble.reason}; "
            "check their proxies, or choose others"
        )


class _TroubledError(Exception):
    def __init__(self, trouble: BrowserTrouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class _NoTimeError(Exception):
    pass


class LeasedBrowser(NamedTuple):
    """An open browser that is ours for now."""

    browser_profile_id: UUID
    selenium_url: str
    browser_type: str
    resolves_here: bool
    """Whether it looks names up on this machine, for it has no proxy."""


class BrowserSupply(Protocol):
    """Where browsers come from; called by several threads."""

    def lease(self) -> LeasedBrowser:
        """Return an open browser, or raise an error that says why there is none."""

    def is_worn(self, leased: LeasedBrowser, *, pages: int) -> bool:
        """Whether a browser has read enough pages, or been open for long enough."""

    def release(self, leased: LeasedBrowser) -> None:
        """Give a browser back."""

    def close(self) -> None:
        """Give all back; safe to repeat."""


class FailurePicture(NamedTuple):
    """What a browser showed when a page could not be read."""

    url: str
    reason: str
    browser_profile_id: UUID
    png: bytes


class BrowserTerms(NamedTuple):
    """How a source is read."""

    limits: PublicProfilesSettings
    hosts: tuple[str, ...]
    at_once: int
    find_fault: Callable[[PageAnswer], str | None] = no_fault
    """Why a page that came well is not what was looked for; then it is pictured."""

    most_pictures: int = 0
    largest_picture: int = 1_000_000
    turns: Turns | None = None
    """Where a browser asks before it uses the proxy it is bound to."""

    loads_pictures: bool = True


class PictureBook:
    """Pictures of failures, a few and none too large; filled by several threads."""

    def __init__(self, pictures: list[FailurePicture], terms: BrowserTerms) -> None:
        self._pictures, self._terms = pictures, terms
        self._kept = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another."""
        return self._kept >= self._terms.most_pictures

    def keep(self, picture: FailurePicture) -> None:
        """Keep a picture if there is room for it."""
        if not self.is_full and len(picture.png) <= self._terms.largest_picture:
            self._kept += 1
            self._pictures.append(picture)


class Seat:
    """One place for a browser, worked by one thread at a time."""

    def __init__(
        self,
        supply: BrowserSupply,
        terms: BrowserTerms,
        *,
        manners: SharedManners,
        book: PictureBook,
    ) -> None:
        self._supply, self._terms = supply, terms
        self._manners, self._book = manners, book
        self._leased: LeasedBrowser | None = None
        self._browser: OpenBrowser | None = None
        self._pages = 0
        self._troubles = 0
        """In a row, of browsers."""

        self._crashed_pages = 0
        """In a row, each of which ended browsers until no try was left."""

    def work_off(self, work: BrowserWork) -> None:
        """
        Read pages until there are none, or time is up.

        Raises:
            ApplicationError: There is no browser, or none that works.
        """
        while (url := work.take()) is not None:
            try:
                answer = self._read_page(url, work)
            except ApplicationError:
                work.put_back(url)
                raise
            if answer is not None:
                work.answers[url] = answer

    def let_go(self) -> None:
        """Give the browser back; that it fails to stop is left to the sweep."""
        leased, self._leased = self._leased, None
        browser, self._browser = self._browser, None
        if browser is not None:
            browser.detach()
        if leased is None:
            return
        try:
            self._supply.release(leased)
        except ApplicationError as problem:
            log.warning(
                "browser %s was not given back: %s",
                leased.browser_profile_id,
                problem.message,
            )

    def _read_page(self, url: str, work: BrowserWork) -> PageAnswer | None:
        """Return the answer for one page, None if there was no time for it."""
        most = self._terms.limits.tries
        retry = Retry("no try was left for it")
        while work.tries.get(url, 0) < most:
            outcome = self._try_once(url, work)
            if outcome is None or isinstance(outcome, PageAnswer):
                return outcome
            if isinstance(outcome, BrowserTrouble):
                retry = Retry(outcome.reason)
                self._take_trouble(outcome, url, work)
                continue
            retry = outcome
            if work.tries[url] < most:
                self._wait_for_next_try(retry, url, work.tries[url])
        tries = work.tries.get(url, 0)
        reason = f"{retry.reason}, at the last of {tries} tries"
        self._keep_picture(url, reason)
        ended = Ended(PageState.LOST, reason, retry.status, retry.lost_as)
        return self._end(url, ended, work)

    def _take_trouble(
        self, trouble: BrowserTrouble, url: str, work: BrowserWork
    ) -> None:
        """Give the browser up, and all of them when there is no end of it."""
        log.info("a browser is replaced: %s", trouble.reason)
        most = self._terms.limits.tries
        self.let_go()
        if trouble.may_be_the_page:
            self._crashed_pages += work.tries.get(url, 0) >= most
        else:
            self._troubles += 1
        if self._troubles >= most or self._crashed_pages >= MOST_CRASHED_PAGES:
            self._troubles = self._crashed_pages = 0
            raise BrowserTroubleError(trouble)
        self._manners.wait(FIRST_WAIT_SECONDS * 2**self._troubles)

    def _try_once(
        self, url: str, work: BrowserWork
    ) -> PageAnswer | Retry | BrowserTrouble | None:
        """Send the browser to a page once; None if there is no time for it."""
        tries_before = work.tries.get(url, 0)
        try:
            browser, leased = self._ready()
            denial = self._find_denial(url, leased, ends_at=work.ends_at)
            if denial is not None:
                return self._end(url, denial, work)
            with take_turn_of(
                self._terms.turns,
                leased.browser_profile_id,
                url,
                manners=self._manners,
                ends_at=self._turn_ends_at(work),
            ) as turn:
                work.count_try(url)
                self._pages += 1
                outcome = self._open(browser, url, work)
                turn.tell(outcome)
                return outcome
        except _NoTimeError:
            return None
        except NoTurnError as away:
            return None if away.is_late else BrowserTrouble(away.reason)
        except _TroubledError as troubled:
            return troubled.trouble
        except BrowserGoneError as gone:
            may_be_the_page = work.tries.get(url, 0) > tries_before
            return BrowserTrouble(gone.message, may_be_the_page)

    def _open(
        self, browser: OpenBrowser, url: str, work: BrowserWork
    ) -> PageAnswer | Retry | BrowserTrouble:
        try:
            return self._judge(url, browser.open(url), work)
        except PageTooSlowError:
            seconds = self._terms.limits.request_timeout.total_seconds()
            return Retry(f"no answer within {seconds:g} s")

    def _turn_ends_at(self, work: BrowserWork) -> float:
        longest = monotonic() + self._terms.limits.longest_wait.total_seconds()
        return longest if work.ends_at is None else work.ends_at

    def _find_denial(
        self, url: str, leased: LeasedBrowser, *, ends_at: float | None
    ) -> Ended | None:
        """Wait for our turn and return None, or return why we may not ask at all."""
        if not is_among(url, self._terms.hosts):
            host = urlsplit(url).netloc or url
            reason = f"it is on {host}, which this source does not name"
            return Ended(PageState.LOST, reason, lost_as=Fate.EXCLUDED)
        inner = self._manners.shut_out(url, resolves_here=leased.resolves_here)
        if inner:
            return Ended(PageState.LOST, inner, lost_as=Fate.EXCLUDED)
        refusal = self._manners.refusal_of(url, self._read_robots)
        if refusal:
            return Ended(refusal.state, refusal.reason)
        turn = self._manners.wait_for_turn(url, ends_at=ends_at)
        if isinstance(turn, str):
            return Ended(PageState.LOST, turn, TOO_MANY)
        if not turn:
            raise _NoTimeError
        return None

    def _judge(
        self, url: str, shown: ShownPage, work: BrowserWork
    ) -> PageAnswer | Retry | BrowserTrouble:
        largest = self._terms.limits.largest_page_bytes
        verdict = judge_shown(shown, hosts=self._terms.hosts, largest=largest)
        if isinstance(verdict, BrowserTrouble):
            work.tries[url] -= 1  # the page was never asked for
            return verdict
        self._troubles = self._crashed_pages = 0
        if isinstance(verdict, Retry):
            return verdict
        if isinstance(verdict, Ended):
            answer = self._end(url, verdict, work)
            if verdict.state not in _UNPICTURED:
                self._keep_picture(url, verdict.reason)
            return answer
        answer = PageAnswer(
            url,
            PageState.FETCHED,
            work.tries[url],
            final_url=shown.url,
            body=shown.html.encode("utf-8", "replace"),
            charset="utf-8",
            status=shown.status,
        )
        fault = work.find_fault(answer)
        if fault:
            self._keep_picture(url, fault)
        return answer

    def _ready(self) -> tuple[OpenBrowser, LeasedBrowser]:
        """Return a browser that works; a worn one is given back for another."""
        from tasks.clients.driven_browser import DrivenBrowser  # noqa: PLC0415 - Selenium is 5 MiB in every worker, and only browsers need it

        limits = self._terms.limits
        if self._leased and self._supply.is_worn(self._leased, pages=self._pages):
            self.let_go()
        if self._browser is not None and self._leased is not None:
            return self._browser, self._leased
        self._leased, self._pages = self._supply.lease(), 0
        self._browser = DrivenBrowser(
            self._leased.selenium_url,
            browser_type=self._leased.browser_type,
            page_timeout=limits.request_timeout,
            largest_page=limits.largest_page_bytes,
        )
        self._browser.check()
        if not self._terms.loads_pictures:
            self._browser.leave_out_pictures()
        return self._browser, self._leased

    def _read_robots(self, url: str) -> tuple[int | None, str]:
        """Ask for a robots.txt by the browser too: the host sees one visitor."""
        browser, _ = self._ready()
        try:
            shown = browser.open(url)
        except PageTooSlowError:
            return None, ""
        if not shown.is_new:
            return None, ""  # it was offered as a download
        if shown.is_error and shown.status is None:
            verdict = judge_network_error(shown.network_error)
            if isinstance(verdict, BrowserTrouble):
                raise _TroubledError(verdict)
        return shown.status, shown.text

    def _wait_for_next_try(self, retry: Retry, url: str, tries: int) -> None:
        """Wait alone, or with the whole host if it asked for patience."""
        if retry.status == TOO_MANY:
            self._manners.slow_down(url, tries=tries)
        else:
            self._manners.wait(FIRST_WAIT_SECONDS * 2 ** (tries - 1))

    def _end(self, url: str, ended: Ended, work: BrowserWork) -> PageAnswer:
        tries = work.tries.get(url, 0)
        return PageAnswer(
            url,
            ended.state,
            tries,
            ended.reason,
            status=ended.status,
            lost_as=ended.lost_as,
        )

    def _keep_picture(self, url: str, reason: str) -> None:
        """Picture what the browser shows, if there is room for it."""
        if self._browser is None or self._leased is None or self._book.is_full:
            return
        browser_profile_id = self._leased.browser_profile_id
        try:
            png = self._browser.picture()
        except BrowserGoneError:
            self.let_go()
            return
        if png is not None:
            self._book.keep(FailurePicture(url, reason, browser_profile_id, png))
