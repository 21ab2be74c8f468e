"""Ask a host for its robots.txt, as politely as for anything else."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import urljoin

import aiohttp

from tasks.clients.page_answers import TOO_MANY, PageState, is_redirect
from tasks.clients.page_endings import PageEnded, RetryLater, end_if_shut_out
from tasks.clients.page_manners import (
    LARGEST_ROBOTS_BYTES,
    HostManners,
    learn_robots,
    origin_of,
)
from tasks.clients.proxy_supply import Blame

MOST_REDIRECTS = 5
FIRST_WAIT_SECONDS = 0.25
"""Wait before the second try; doubled for each further one."""

_SERVER_ERROR = 500

Answer = AbstractAsyncContextManager[aiohttp.ClientResponse]


class RobotsReading:
    """
    Learns what hosts allow; belongs to one event loop.

    Args:
        get: Makes one request; the set holds proxies that were tried.
        wait_for_turn: Waits until the host may be asked, or raises.
        take_in: Learns of an answer, and when it was asked for, how to behave.
        note_trouble: Told who was to blame for a try through a proxy that failed.
        tries: Tries for one file.
    """

    def __init__(
        self,
        *,
        get: Callable[[str, set[int]], Answer],
        wait_for_turn: Callable[[HostManners], Awaitable[None]],
        take_in: Callable[[aiohttp.ClientResponse, HostManners, float], None],
        note_trouble: Callable[[Blame | None], None],
        tries: int,
    ) -> None:
        self._get, self._wait_for_turn = get, wait_for_turn
        self._take_in, self._note_trouble = take_in, note_trouble
        self._tries = tries

    async def learn(self, url: str, manners: HostManners) -> None:
        """
        Ask the host of an address, and keep what it allows.

        Raises:
            PageEnded: The host wants to be left alone for longer than a run waits,
                or no proxy brought its file: the page waits for later.
        """
        status, text = None, ""
        tried: set[int] = set()
        for attempt in range(self._tries):
            await self._wait_for_turn(manners)
            is_last = attempt + 1 == self._tries
            try:
                status, text = await self._ask(url, manners, tried)
            except RetryLater as later:
                if is_last:
                    reason = f"robots.txt: {later.retry.reason}"
                    raise PageEnded(PageState.POSTPONED, reason) from None
            else:
                if status is not None and status < _SERVER_ERROR and status != TOO_MANY:
                    break
            if not is_last:
                await asyncio.sleep(FIRST_WAIT_SECONDS * 2**attempt)
        moment = asyncio.get_running_loop().time()
        learn_robots(manners, status=status, text=text, now_seconds=moment)

    async def _ask(
        self, url: str, manners: HostManners, tried: set[int]
    ) -> tuple[int | None, str]:
        try:
            return await self._follow(f"{origin_of(url)}/robots.txt", manners, tried)
        except RetryLater as later:
            self._note_trouble(later.blame)
            if later.blame is Blame.PROXY:
                raise
            return later.retry.status, ""
        except (aiohttp.ClientError, OSError, TimeoutError) as wrong:
            end_if_shut_out(wrong)
            return None, ""

    async def _follow(
        self, url: str, manners: HostManners, tried: set[int]
    ) -> tuple[int, str]:
        for _ in range(MOST_REDIRECTS + 1):
            began = asyncio.get_running_loop().time()
            async with self._get(url, tried) as response:
                self._take_in(response, manners, began)
                if not is_redirect(response.status):
                    raw = await response.content.read(LARGEST_ROBOTS_BYTES)
                    return response.status, raw.decode("utf-8", "replace")
                url = urljoin(url, response.headers.get("Location", ""))
        return 404, ""  # RFC 9309, section 2.3.1.2: as if there were none
