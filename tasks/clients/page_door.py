"""What reads the pages of some hosts, over plain HTTP or through browsers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tasks.clients.page_answers import PageAnswer


class PageDoor(Protocol):
    """An open door to the pages of some hosts; close it at the end."""

    def fetch(
        self,
        urls: Sequence[str],
        *,
        budget_seconds: float | None = None,
        earlier_tries: Mapping[str, int] | None = None,
    ) -> list[PageAnswer]:
        """Return one answer for each address, in their order, whatever happens."""

    def fetch_one(self, url: str, *, what: str = "page") -> PageAnswer:
        """Return one page that is needed for the work to go on, or raise."""

    def close(self) -> None:
        """Close what is open; safe to repeat."""
