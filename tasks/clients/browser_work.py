"""The pages of one call, shared by the threads that read them."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from tasks.clients.page_answers import PageAnswer, PageState


def no_fault(_answer: PageAnswer) -> str | None:
    """Find nothing wrong with a page."""
    return None


@dataclass(slots=True)
class BrowserWork:
    """Pages that wait, tries made for each, and the answers so far."""

    waiting: deque[str]
    ends_at: float | None = None
    """Moment of the monotonic clock after which no page is begun."""

    tries: dict[str, int] = field(default_factory=dict)
    answers: dict[str, PageAnswer] = field(default_factory=dict)
    find_fault: Callable[[PageAnswer], str | None] = no_fault

    @classmethod
    def of(
        cls,
        urls: Sequence[str],
        *,
        ends_at: float | None = None,
        tries: Mapping[str, int] | None = None,
        find_fault: Callable[[PageAnswer], str | None] = no_fault,
    ) -> "BrowserWork":
        """Return the work of a call; an address that is named twice counts once."""
        waiting = deque(dict.fromkeys(urls))
        return cls(waiting, ends_at, dict(tries or {}), find_fault=find_fault)

    def take(self) -> str | None:
        """Return the next page; None if there is none, or no time for it."""
        if self.ends_at is not None and monotonic() >= self.ends_at:
            return None
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def put_back(self, url: str) -> None:
        """Leave a page to the next who takes one."""
        self.waiting.appendleft(url)

    def count_try(self, url: str) -> None:
        """Count a request for a page."""
        self.tries[url] = self.tries.get(url, 0) + 1

    def postponed(self, url: str) -> PageAnswer:
        """Return the answer for a page there was no time for."""
        tries = self.tries.get(url, 0)
        return PageAnswer(url, PageState.POSTPONED, tries, "time was up")
