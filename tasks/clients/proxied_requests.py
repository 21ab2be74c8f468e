"""
Requests for pages, each through a proxy that is lent for it.

Every one leaves through a forwarder of our own on loopback: it signs in at http, https
and socks5 proxies alike, refuses local targets, and says in words what is the proxy's
fault. Nothing here ever asks a host directly.
"""

import asyncio
import random
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from config.clock import now
from config.errors import UnreachableError
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.inner_networks import is_inner
from tasks.clients.page_answers import PageState, Retry, read_retry_after
from tasks.clients.page_endings import PageEnded, RetryLater, excluded
from tasks.clients.proxy_faults import Fault, judge_answer
from tasks.clients.proxy_forwarder import ProxyForwarder, UpstreamProxy
from tasks.clients.proxy_supply import (
    ANY_AGAIN,
    Blame,
    LentProxy,
    Patience,
    ProxySupply,
)
from tasks.clients.shared_manners import INNER

MOST_FORWARDERS = 128
LONGEST_NAP_SECONDS = 5.0
LONGEST_CONNECT_SECONDS = 10.0
LONGEST_SILENCE_SECONDS = 10.0
"""Less than a portion of a campaign takes, so that silence counts against a proxy."""

MOST_ROUNDS = 3
"""A page that failed by proxies alone is put off before, and lost after so many."""

MOST_FAILURES_IN_ROW = 24
_ELSEWHERE = frozenset((Blame.PROXY, Blame.BLOCKED, Blame.TARGET))


class ProxiesFailingError(UnreachableError):
    """So many requests in a row failed by the fault of their proxies."""

    code = "proxies_failing"

    def __init__(self) -> None:
        super().__init__(
            f"the last {MOST_FAILURES_IN_ROW} requests all failed by the fault of "
            "their proxies; look at the screen Proxies, mend or replace them, then "
            "start the campaign again"
        )


class ProxyTrouble:
    """How many requests in a row failed by the fault of their proxies."""

    def __init__(self) -> None:
        self._in_row = 0

    def note(self, blame: Blame | None) -> None:
        """
        Count one more, or begin anew after any other ending.

        Raises:
            ProxiesFailingError: There were too many: none of the pages is to blame.
        """
        self._in_row = self._in_row + 1 if blame is Blame.PROXY else 0
        if self._in_row >= MOST_FAILURES_IN_ROW:
            self._in_row = 0
            raise ProxiesFailingError


class ProxiedRequests:
    """Sends requests through lent proxies; belongs to one event loop."""

    def __init__(
        self,
        supply: ProxySupply,
        limits: PublicProfilesSettings,
        *,
        headers: dict[str, str],
    ) -> None:
        self._supply, self._limits, self._headers = supply, limits, headers
        self._forwarders: dict[UpstreamProxy, ProxyForwarder] = {}
        self._busy: dict[UpstreamProxy, int] = {}
        self._opening = asyncio.Lock()
        self._failing = ""
        """What is wrong with the proxies, as long as no request comes through."""

        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close connections and forwarders, then the supply."""
        if self._session is not None:
            await self._session.close()
        for forwarder in self._forwarders.values():
            await forwarder.close()
        self._forwarders.clear()
        await self._supply.close()

    @asynccontextmanager
    async def get(
        self, url: str, tried: set[int], headers: Mapping[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """
        Yield the answer to one request; how the block ends is told of its proxy.

        Args:
            url: Absolute address of a page.
            tried: Proxies it was tried through; the one taken now is added.
            headers: Sent besides those of every request.

        Raises:
            PageEnded: It may not be asked for, or there is no proxy for it now.
            RetryLater: The proxy or the host is at fault; another proxy may do.
        """
        self._refuse_inner(url)
        host = urlsplit(url).netloc.lower()
        lent = await self._lend(host, tried)
        loop = asyncio.get_running_loop()
        began, heard = loop.time(), _Heard()
        try:
            async with self._answer(url, lent, heard, headers) as response:
                yield response
        except BaseException as ending:
            heard.blame = _blame_for(ending, heard)
            raise
        finally:
            self._note(heard)
            await self._supply.give_back(
                lent,
                heard.blame,
                seconds=loop.time() - began,
                retry_after=heard.retry_after,
            )

    @asynccontextmanager
    async def _answer(
        self, url: str, lent: LentProxy, heard: "_Heard", headers: Mapping[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        async with self._forwarded(lent.upstream) as forwarder:
            try:
                async with self._open().get(
                    url,
                    allow_redirects=False,
                    headers=headers,
                    proxy=f"http://127.0.0.1:{forwarder.port}",
                ) as response:
                    heard.judge(response.status, response.headers)
                    _raise_for(heard.fault, response.status)
                    yield response
            except aiohttp.ClientHttpProxyError as refused:
                heard.judge(refused.status, refused.headers or {})
                heard.fault = heard.fault or Fault(
                    Blame.PROXY, f"the proxy answered {refused.status}"
                )
                _raise_for(heard.fault, None)

    async def _lend(self, host: str, tried: set[int]) -> LentProxy:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._limits.longest_wait.total_seconds()
        while True:
            lent = await self._supply.lend(host, tried=tried)
            if isinstance(lent, LentProxy):
                tried.add(lent.proxy_id)
                return lent
            if lent.patience is Patience.ALL_TRIED and ANY_AGAIN not in tried:
                tried.clear()
                tried.add(ANY_AGAIN)
                continue
            if lent.patience is Patience.NONE:
                raise PageEnded(PageState.POSTPONED, lent.reason)
            if lent.patience is Patience.LATER and self._failing:
                # So many further tries are no reason, but what their failures made.
                raise PageEnded(PageState.POSTPONED, _say_none_works(self._failing))
            nap = min(max(lent.seconds, 0.02), LONGEST_NAP_SECONDS)
            if lent.patience is Patience.LATER or loop.time() + nap > ends_at:
                raise PageEnded(PageState.POSTPONED, lent.reason)
            # Those who wait for the same thing must not all ask at the same moment.
            await asyncio.sleep(nap * random.uniform(1, 1.3))  # noqa: S311 - spreads load

    def _note(self, heard: "_Heard") -> None:
        if heard.blame is Blame.PROXY:
            self._failing = heard.fault.reason if heard.fault else "they do not answer"
        elif heard.blame is not Blame.OURS:  # it came through
            self._failing = ""

    @asynccontextmanager
    async def _forwarded(
        self, upstream: UpstreamProxy
    ) -> AsyncGenerator[ProxyForwarder]:
        async with self._opening:
            forwarder = self._forwarders.pop(upstream, None)
            if forwarder is None:
                await self._make_room()
                forwarder = ProxyForwarder(
                    upstream,
                    allow_local=bool(self._limits.inner_networks),
                    connect_seconds=self._connect_seconds,
                    answer_seconds=self._limits.request_timeout.total_seconds() * 2,
                )
                await forwarder.open()
            self._forwarders[upstream] = forwarder  # last in turn to be closed
            self._busy[upstream] = self._busy.get(upstream, 0) + 1
        try:
            yield forwarder
        finally:
            self._busy[upstream] -= 1

    async def _make_room(self) -> None:
        idle = [one for one in self._forwarders if not self._busy.get(one)]
        for upstream in idle[: len(self._forwarders) + 1 - MOST_FORWARDERS]:
            self._busy.pop(upstream, None)
            await self._forwarders.pop(upstream).close()

    @property
    def _connect_seconds(self) -> float:
        """Less than a page may take, so that it is told apart from a slow host."""
        whole = self._limits.request_timeout.total_seconds()
        return min(LONGEST_CONNECT_SECONDS, whole / 2)

    def _refuse_inner(self, url: str) -> None:
        """Keep out of inner networks, as far as an address tells without asking."""
        name = (urlsplit(url).hostname or "").rstrip(".")
        address = "127.0.0.1" if name == "localhost" else name
        try:
            ip_address(address)
        except ValueError:
            return  # the forwarder refuses what names tell (proxy_forwarder_targets)
        if is_inner(address, open_networks=self._limits.inner_networks):
            raise excluded(INNER)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            seconds = self._limits.request_timeout.total_seconds()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, socket_factory=_only_to(self._ports)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(
                    total=seconds, sock_read=min(LONGEST_SILENCE_SECONDS, seconds / 2)
                ),
            )
        return self._session

    def _ports(self) -> set[int]:
        return {one.port for one in self._forwarders.values()}


class _Heard:
    """What was learned of one request while it was under way."""

    def __init__(self) -> None:
        self.blame = Blame.NOBODY
        self.fault: Fault | None = None
        self.retry_after: float | None = None

    def judge(self, status: int, headers: Any) -> None:
        """Take in an answer's status and header."""
        self.fault = judge_answer(status, headers)
        if self.fault is not None and self.fault.blame is Blame.BLOCKED:
            said = headers.get("Retry-After")
            self.retry_after = read_retry_after(said, now=now)
        self.blame = self.fault.blame if self.fault else Blame.NOBODY


def _say_none_works(reason: str) -> str:
    return (
        f"every request fails by the fault of its proxy, lately: {reason}; look at the "
        "screen Proxies, mend or replace them, then start the campaign again"
    )


def _raise_for(fault: Fault | None, status: int | None) -> None:
    """Go elsewhere, unless the answer is one that the reader of pages judges itself."""
    if fault is None or fault.blame is Blame.ACCOUNT:
        return
    if fault.blame is Blame.OURS:
        raise PageEnded(PageState.LOST, fault.reason)
    is_final = status in {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.LOOP_DETECTED}
    if fault.blame in _ELSEWHERE and not is_final:
        told = None if fault.blame is Blame.PROXY else status
        raise RetryLater(Retry(fault.reason, told), fault.blame)


def _blame_for(ending: BaseException, heard: _Heard) -> Blame:
    """Return who is to blame when a request did not end with a page."""
    if heard.fault is not None:
        return heard.fault.blame
    match ending:
        case RetryLater(blame=Blame() as known):
            return known
        case RetryLater() | TimeoutError() | aiohttp.ClientError() | OSError():
            # Cut off, empty or late: rotation sees whether others fare better.
            return Blame.TARGET
        case PageEnded():
            return Blame.NOBODY  # it is not there, or no page: the way there is fine
        case _:
            return Blame.OURS


def _only_to(ports: Callable[[], set[int]]) -> Callable[[tuple[Any, ...]], Any]:
    """Return a socket factory that opens none but to our own forwarders."""

    def open_socket(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = found
        if address[0] != "127.0.0.1" or address[1] not in ports():
            raise OSError("a request would not have gone through a proxy")
        return socket.socket(family, kind, protocol)

    return open_socket
