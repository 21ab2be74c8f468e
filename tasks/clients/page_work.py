"""The pages of one call over HTTP: those that wait, tries made, and the answers."""

from asyncio import Task, create_task, current_task, gather
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from tasks.clients.page_answers import PageAnswer, PageMark, PageState
from tasks.clients.page_manners import origin_of


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

    under_way: dict[str, Task[None]]
    """Pages that somebody is fetching, and who."""

    def postponed(self, url: str) -> PageAnswer:
        """Return the answer for a page there was no time for."""
        tries = self.tries.get(url, 0)
        return PageAnswer(url, PageState.POSTPONED, tries, "time was up")


FetchPage = Callable[[str, PageWork], Coroutine[Any, Any, PageAnswer]]


class LatePages:
    """
    Pages that earlier calls did not wait for and that are still under way.

    Their answers belong to the call that asks for them again: one slow page does not
    hold up all others, and is not asked for twice.
    """

    def __init__(self) -> None:
        self._begun_by: dict[str, PageWork] = {}

    def begin(
        self, work: PageWork, *, at_once: int, fetch: FetchPage
    ) -> tuple[list[deque[str]], set[Task[None]]]:
        """
        Begin a call; return what waits for each host, and who works on it.

        Args:
            work: The call.
            at_once: Pages of one host that are under way at the same time, at most.
            fetch: Gets one page.
        """
        late = self.join(work)
        by_host: dict[str, deque[str]] = {}
        for url in work.waiting:
            if url not in late and url not in work.answers:
                by_host.setdefault(origin_of(url), deque()).append(url)
        busy = Counter(map(origin_of, late))
        workers = {
            create_task(_work_off(queue, work, fetch))
            for host, queue in by_host.items()
            for _ in range(min(len(queue), at_once - busy[host]))
        }
        return list(by_host.values()), workers | set(late.values())

    def keep(self, work: PageWork) -> None:
        """Take over what a call leaves under way."""
        self._begun_by |= dict.fromkeys(work.under_way, work)

    def join(self, work: PageWork) -> dict[str, Task[None]]:
        """Return who fetches pages that a call asks for again, and take answers in."""
        found = {}
        for url in work.waiting:
            begun = self._begun_by.get(url)
            if begun is None:
                continue
            if url in begun.under_way:
                found[url] = begun.under_way[url]
                continue
            del self._begun_by[url]
            if url in begun.answers:
                work.answers[url] = begun.answers[url]
        return found

    def tasks(self) -> set[Task[None]]:
        """Return everybody who is still under way."""
        works = self._begun_by.items()
        return {work.under_way[url] for url, work in works if url in work.under_way}


async def _work_off(queue: deque[str], work: PageWork, fetch: FetchPage) -> None:
    myself = current_task()
    assert myself is not None  # noqa: S101 - it is run as a task
    while queue:
        url = queue.popleft()
        work.under_way[url] = myself
        try:
            work.answers[url] = await fetch(url, work)
        finally:
            del work.under_way[url]


async def end_all(tasks: Iterable[Task[None]]) -> None:
    """Cancel tasks and wait until they have ended."""
    ended = list(tasks)
    for one in ended:
        one.cancel()
    await gather(*ended, return_exceptions=True)
