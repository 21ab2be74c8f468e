"""
Fetch public pages, many at once, politely: robots.txt, pace, pauses, size, kind.

Synchronous on the outside. Within, one event loop serves all requests of a call; the
connections and what is known of the hosts last as long as the `PublicPages` object.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from config.clock import now
from config.sections.public_profiles import PublicProfilesSettings
from config.vocabulary import Fate
from tasks.clients.page_answers import (
    TOO_MANY,
    PageAnswer,
    PageMark,
    PageState,
    Retry,
    error_for,
    is_redirect,
    mark_of,
    read_retry_after,
)
from tasks.clients.page_connections import headers_of, open_door
from tasks.clients.page_endings import (
    PageEnded,
    RetryLater,
    end_if_shut_out,
    end_unless_readable,
    excluded,
)
from tasks.clients.page_manners import (
    HostManners,
    RobotsRules,
    adapt_pace,
    delay_of,
    is_among,
    origin_of,
    pause_host,
    refusal_of,
    seconds_until_turn,
)
from tasks.clients.page_work import LatePages, PageBody, PageWork, end_all
from tasks.clients.proxied_requests import MOST_ROUNDS, ProxiedRequests, ProxyTrouble
from tasks.clients.proxy_faults import is_block_page
from tasks.clients.proxy_supply import Blame, ProxySupply
from tasks.clients.robots_reading import RobotsReading

__all__ = ["PageAnswer", "PageState", "PublicPages", "RobotsRules"]

MOST_REDIRECTS = 5
FIRST_WAIT_SECONDS = 0.25
"""Wait before the second try of a page; doubled for each further one."""

LULL_SECONDS = 0.7
"""So long a call waits for pages that are late, once no other page is left."""

_LOOK_SECONDS = 0.1
_CHUNK_BYTES = 65_536


class PublicPages:
    """
    An open door to the pages of some hosts; close it, or use it in a `with`.

    With an `exit_proxy`, an HTTP proxy of our own on loopback, all requests leave
    through it, those for robots.txt too, and names are asked at its far end.
    """

    def __init__(
        self,
        *,
        limits: PublicProfilesSettings,
        hosts: Sequence[str],
        rules: RobotsRules | None = None,
        exit_proxy: str | None = None,
        proxies: ProxySupply | None = None,
    ) -> None:
        self.limits = limits
        self.hosts = tuple(hosts)
        self.rules = rules or RobotsRules()
        self.exit_proxy = exit_proxy
        self.marks: Mapping[str, PageMark] = {}
        """Pages that are asked for only if they have changed; may be set anew."""

        self._proxies = proxies
        self._proxied: ProxiedRequests | None = None
        self._trouble = ProxyTrouble()
        self._late = LatePages()
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None
        self._robots_locks: dict[str, asyncio.Lock] = {}
        self._robots = RobotsReading(
            get=lambda url, tried: self._get(url, tried, {}),
            wait_for_turn=self._wait_for_turn,
            take_in=self._take_in,
            note_trouble=self._trouble.note,
            tries=limits.tries,
        )

    def __enter__(self) -> Self:
        """Open nothing yet; the first request does."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connections and the event loop."""
        self._runner.run(end_all(self._late.tasks()))
        if self._proxied is not None:
            self._runner.run(self._proxied.close())
            self._proxied = None
        if self._session is not None:
            self._runner.run(self._session.close())
            self._session = None
        self._runner.close()

    def fetch(
        self,
        urls: Sequence[str],
        *,
        budget_seconds: float | None = None,
        should_stop: Callable[[], bool] | None = None,
        earlier_tries: Mapping[str, int] | None = None,
    ) -> list[PageAnswer]:
        """
        Return one answer for each address, in their order, whatever happens.

        Args:
            urls: Absolute addresses.
            budget_seconds: After it, pages not yet had are answered as postponed; and
                sooner, once none waits and the rest is late. What is under way goes
                on, for a later call that asks for it again.
            should_stop: Asked ten times a second; `True` ends the call the same way.
            earlier_tries: Tries made in earlier calls, which count here.
        """
        tries = dict(earlier_tries or {})
        work = PageWork(deque(dict.fromkeys(urls)), tries, {}, {}, {})
        self._runner.run(self._fetch_all(work, budget_seconds, should_stop))
        return [work.answers.get(url) or work.postponed(url) for url in urls]

    def fetch_one(self, url: str, *, what: str = "page") -> PageAnswer:
        """
        Return one page that is needed for the work to go on.

        Raises:
            RefusedError: It is not there, or we may not have it.
            BusyError: The host asked for more patience than a run has.
            UnreachableError: It could not be had after all tries.
            UnreadableError: It is not HTML.
        """
        answer = self.fetch([url])[0]
        if answer.state is not PageState.FETCHED:
            raise error_for(answer, what)
        return answer

    async def _fetch_all(
        self,
        work: PageWork,
        budget_seconds: float | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        queues, pending = self._late.begin(
            work, at_once=self.limits.pages_at_once, fetch=self._fetch_page
        )
        is_watched = budget_seconds is not None or should_stop is not None
        try:
            while pending:
                done, pending = await asyncio.wait(
                    pending,
                    timeout=_LOOK_SECONDS if is_watched else None,
                    return_when=asyncio.FIRST_EXCEPTION,
                )
                self._late.join(work)
                for one in done:
                    one.result()  # raises what ended it
                if pending and should_stop is not None and should_stop():
                    return
                spent = loop.time() - began
                has_lull = spent > LULL_SECONDS and work.answers and not any(queues)
                if budget_seconds and (has_lull or spent >= budget_seconds):
                    for queue in queues:
                        queue.clear()
                    self._late.keep(work)
                    pending = set()
        finally:
            await end_all(pending)

    async def _fetch_page(self, url: str, work: PageWork) -> PageAnswer:
        retry, blame = Retry("no try was left for it"), None
        before = work.tries.get(url, 0)
        last = self._last_try_of(before)
        while work.tries.get(url, 0) < last:
            try:
                got = await self._try_once(url, work)
            except PageEnded as end:
                return end.answer(url, tries=work.tries.get(url, 0))
            except RetryLater as later:
                retry, blame = later.retry, later.blame
                self._trouble.note(blame)
            else:
                self._trouble.note(None)
                return got.answer(url, tries=work.tries[url])
            if work.tries[url] < last:
                await self._wait_for_next_try(retry, work.tries[url] - before)
        tries = work.tries.get(url, 0)
        if blame is Blame.PROXY and last < MOST_ROUNDS * self.limits.tries:
            return PageAnswer(url, PageState.POSTPONED, tries, retry.reason)
        reason = f"{retry.reason}, at the last of {tries} tries"
        ended = PageEnded(PageState.LOST, reason, retry.status, retry.lost_as)
        return ended.answer(url, tries=tries)

    def _last_try_of(self, tries: int) -> int:
        """Return how many tries a page has now, after those it had in earlier calls."""
        if self._proxies is None:
            return self.limits.tries
        return min(MOST_ROUNDS, tries // self.limits.tries + 1) * self.limits.tries

    async def _wait_for_next_try(self, retry: Retry, tries: int) -> None:
        """Wait alone, or with the whole host if the host asked for patience."""
        seconds = FIRST_WAIT_SECONDS * 2 ** (tries - 1)
        if retry.after_seconds is None and retry.status != TOO_MANY:
            await asyncio.sleep(seconds)

    async def _try_once(self, url: str, work: PageWork) -> PageBody:
        """Make one request, follow redirects, and return the page."""
        here, has_counted = url, False
        for _ in range(MOST_REDIRECTS + 1):
            if not is_among(here, self.hosts):
                host = urlsplit(here).netloc or here
                where = "it is" if here == url else "it redirects to a page"
                reason = f"{where} on {host}, which this source does not name"
                raise excluded(reason)
            manners = await self._manners_of(here)
            await self._wait_for_turn(manners)
            if not has_counted:
                work.tries[url] = work.tries.get(url, 0) + 1
                has_counted = True
            tried = work.tried.setdefault(here, set())
            try:
                got = await self._ask(here, manners, tried)
            except PageEnded as end:
                work.tries[url] -= end.state is PageState.POSTPONED
                raise
            if isinstance(got, PageBody):
                return got
            here = got
        raise PageEnded(
            PageState.LOST, f"it redirects more than {MOST_REDIRECTS} times"
        )

    async def _wait_for_turn(self, manners: HostManners) -> None:
        loop = asyncio.get_running_loop()
        delay = delay_of(manners, user_agent=self.limits.user_agent)
        longest = max(self.limits.longest_wait.total_seconds(), delay)
        async with manners.turn:
            while True:
                now_seconds = loop.time()
                ahead = manners.paused_until - now_seconds
                if not delay and ahead > longest:
                    reason = f"the host asked us to wait {ahead:.0f} s, too long"
                    raise PageEnded(PageState.LOST, reason, TOO_MANY)
                seconds = seconds_until_turn(
                    manners, delay=delay, now_seconds=now_seconds
                )
                if seconds <= 0:
                    manners.asked_at = now_seconds
                    return
                await asyncio.sleep(seconds)

    async def _ask(
        self, url: str, manners: HostManners, tried: set[int]
    ) -> PageBody | str:
        """Make one request; return the page, or the address it moved to."""
        try:
            mark = self.marks.get(url)
            conditions = mark.conditions() if mark else {}
            began = asyncio.get_running_loop().time()
            async with self._get(url, tried, conditions) as response:
                self._take_in(response, manners, began)
                if is_redirect(response.status):
                    return urljoin(url, response.headers.get("Location", ""))
                end_unless_readable(
                    response.status,
                    response.headers.get("Content-Type", ""),
                    retry_after=wish_of_host(response),
                    is_conditional=bool(conditions),
                )
                return await self._read(response)
        except TimeoutError:
            seconds = self.limits.request_timeout.total_seconds()
            raise RetryLater(Retry(f"no answer within {seconds:g} s")) from None
        except (aiohttp.InvalidURL, ValueError) as wrong:
            raise excluded(f"its address is not valid: {wrong}") from None
        except (aiohttp.ClientError, OSError) as wrong:
            end_if_shut_out(wrong)
            said = str(wrong) or type(wrong).__name__
            raise RetryLater(Retry(f"the connection failed: {said}")) from None

    def _take_in(
        self, response: aiohttp.ClientResponse, manners: HostManners, began: float
    ) -> None:
        """
        Learn what a host can carry, and let it rest as long as it asks.

        Through a proxy, the proxy has a pace of its own, and it rests.
        """
        wish = wish_of_host(response)
        if wish is None and response.status == TOO_MANY:
            wish = FIRST_WAIT_SECONDS * 4
        if self._proxies is not None:
            return
        moment = asyncio.get_running_loop().time()
        if wish:
            pause_host(manners, seconds=wish, now_seconds=moment)
        wanted = self.limits.wanted_at_once
        if wanted and not is_among(str(response.url), self.limits.own_hosts):
            adapt_pace(
                manners,
                latency=moment - began,
                succeeded=response.status == HTTPStatus.OK,
                wanted_at_once=wanted,
                longest=self.limits.longest_pace.total_seconds(),
            )

    async def _read(self, response: aiohttp.ClientResponse) -> PageBody:
        largest, size, chunks = self.limits.largest_page_bytes, 0, []
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > largest:
                reason = f"it is larger than {largest} bytes"
                raise excluded(reason, response.status)
            chunks.append(chunk)
        body = b"".join(chunks)
        if not body.strip():
            empty = Retry(
                "the page was empty", response.status, lost_as=Fate.NO_PROFILE
            )
            raise RetryLater(empty)
        if self._proxies is not None and is_block_page(body):
            reason = "the host shows a page that blocks this proxy"
            raise RetryLater(Retry(reason, response.status), Blame.BLOCKED)
        mark = mark_of(response.headers)
        return PageBody(str(response.url), body, response.charset, mark)

    async def _manners_of(self, url: str) -> HostManners:
        """Return what is known of the host; ask for its robots.txt if need be."""
        manners = self.rules.of(url)
        if is_among(url, self.limits.own_hosts):
            return manners
        if asyncio.get_running_loop().time() >= manners.known_until:
            lock = self._robots_locks.setdefault(origin_of(url), asyncio.Lock())
            async with lock:
                if asyncio.get_running_loop().time() >= manners.known_until:
                    await self._robots.learn(url, manners)
        refusal = refusal_of(manners, url, user_agent=self.limits.user_agent)
        if refusal:
            raise PageEnded(refusal.state, refusal.reason)
        return manners

    def _get(
        self, url: str, tried: set[int], conditions: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._proxies is None:
            return self._open().get(url, allow_redirects=False, headers=conditions)
        if self._proxied is None:
            headers = headers_of(self.limits)
            self._proxied = ProxiedRequests(self._proxies, self.limits, headers=headers)
        return self._proxied.get(url, tried, conditions)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_door(self.limits, exit_proxy=self.exit_proxy)
        return self._session


def wish_of_host(response: aiohttp.ClientResponse) -> float | None:
    """Return for how many seconds the host wants no request, if it says so."""
    return read_retry_after(response.headers.get("Retry-After"), now=now)
