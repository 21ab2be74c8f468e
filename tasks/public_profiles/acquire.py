"""Read the next items of a source: rows of a table, or a listing and its pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from config.errors import InvalidError, UnreadableError
from config.recipes import Recipe, find_recipe
from tasks.clients.page_answers import PageAnswer, PageState
from tasks.clients.page_door import PageDoor
from tasks.public_profiles.read_listing import read_listing
from tasks.public_profiles.read_page import read_page
from tasks.public_profiles.read_table import check_columns, read_table
from tasks.public_profiles.schemas import (
    AcquiredProfile,
    PagesSource,
    Source,
    TableSource,
    Unreadable,
)

LONGEST_FETCH_SECONDS = 15.0
"""Then what has come is stored, and the rest is left for the next portion."""


class EmptyListingError(UnreadableError):
    """The listing leads nowhere."""

    code = "empty_listing"

    def __init__(self, url: str, recipe: str) -> None:
        super().__init__(
            f"the listing {url} has no link to a public profile where recipe {recipe} "
            "looks: check the address, or choose another recipe"
        )


@dataclass(frozen=True, slots=True)
class AcquiredPortion:
    """Some items of a source, and where to go on after them."""

    position: dict[str, Any]
    """Plain JSON; stored with the items in one transaction."""

    ended: bool
    profiles: Sequence[AcquiredProfile] = ()
    unreadable: Sequence[Unreadable] = ()
    """Items that could not be read, each counted."""

    unclear: Sequence[Unreadable] = ()
    """Values that could not be read in items that were kept."""

    found_urls: Sequence[str] = ()
    settled_urls: Sequence[str] = ()

    @property
    def items(self) -> int:
        """How many items were read, well or not."""
        return len(self.profiles) + len(self.unreadable)


def check_source(source: Source, *, lines: Iterator[bytes]) -> None:
    """
    Refuse a source that cannot be read as it is described.

    Args:
        source: As the campaign names it.
        lines: The table from its beginning, if it is one.

    Raises:
        InvalidError: The recipe is unknown, the table is empty or lacks a column; the
            field is named.
    """
    if isinstance(source, TableSource):
        check_columns(source)
        read_table(lines, source=source, limit=1)
        return
    try:
        find_recipe(source.recipe)
    except InvalidError as unknown:
        raise InvalidError(unknown.message, field="source.recipe") from None


def acquire_from_table(
    source: TableSource,
    lines: Iterator[bytes],
    *,
    position: dict[str, Any],
    limit: int,
) -> AcquiredPortion:
    """Read the next rows of a table; `lines` begin at the position's offset."""
    rows = read_table(lines, source=source, limit=limit, position=position or None)
    return AcquiredPortion(
        position=rows.position,
        ended=rows.ended,
        profiles=rows.profiles,
        unreadable=rows.unreadable,
        unclear=rows.unclear,
    )


def acquire_from_listing(
    source: PagesSource, pages: PageDoor, *, position: dict[str, Any]
) -> AcquiredPortion:
    """
    Read the next page of a listing, and return the pages it leads to.

    Raises:
        OutsideError: It does not answer, refuses, or is no listing; the message says
            what to check.
    """
    url = position.get("listing_url") or str(source.listing_url)
    answer = pages.fetch_one(url, what="listing")
    listing = read_listing(
        answer.content, url=answer.final_url, recipe=find_recipe(source.recipe)
    )
    seen = [*position.get("listings_seen", ()), _mark(url)]
    if not listing.links and len(seen) == 1:
        raise EmptyListingError(url, source.recipe)
    onward = listing.next_url
    is_last = onward is None or _mark(onward) in seen
    return AcquiredPortion(
        position={
            "listing_url": onward,
            "listings_seen": seen,
            "listing_ended": is_last,
        },
        ended=False,
        found_urls=listing.links,
    )


def acquire_from_pages(
    source: PagesSource,
    pages: PageDoor,
    urls: Sequence[str],
    *,
    position: dict[str, Any],
    earlier_tries: dict[str, int],
) -> AcquiredPortion:
    """
    Fetch and read pages; those there was no time for are left for the next portion.

    Args:
        source: As the campaign names it.
        pages: The open door to its hosts.
        urls: Pages to fetch; none means that the source has come to its end.
        position: Handed on unchanged.
        earlier_tries: Page -> tries so far, kept up to date for pages left over.
    """
    recipe = find_recipe(source.recipe)
    profiles, unreadable, settled = [], [], []
    answers = pages.fetch(
        urls, budget_seconds=LONGEST_FETCH_SECONDS, earlier_tries=earlier_tries
    )
    for answer in answers:
        if answer.state is PageState.POSTPONED:
            earlier_tries[answer.url] = answer.tries
            continue
        earlier_tries.pop(answer.url, None)
        settled.append(answer.url)
        read = _read_answer(answer, recipe)
        if isinstance(read, Unreadable):
            unreadable.append(read)
        else:
            profiles.append(read)
    return AcquiredPortion(
        position=position,
        ended=not urls,
        profiles=profiles,
        unreadable=unreadable,
        settled_urls=settled,
    )


def hosts_of(source: PagesSource) -> tuple[str, ...]:
    """Return the hosts whose pages may be fetched."""
    return source.hosts or (urlsplit(str(source.listing_url)).netloc,)


def find_fault(answer: PageAnswer, source: PagesSource) -> str | None:
    """Return why a page states no public profile, None if it states one."""
    read = _read_answer(answer, find_recipe(source.recipe))
    return read.reason if isinstance(read, Unreadable) else None


def _read_answer(answer: PageAnswer, recipe: Recipe) -> AcquiredProfile | Unreadable:
    if answer.state is not PageState.FETCHED:
        return Unreadable(reference=answer.url, reason=answer.reason)
    try:
        return read_page(answer.content, url=answer.final_url, recipe=recipe)
    except UnreadableError as problem:
        return Unreadable(reference=answer.url, reason=problem.message)


def _mark(url: str) -> int:
    """Return a small number for an address, to notice a listing that runs in a ring."""
    return crc32(url.encode())
