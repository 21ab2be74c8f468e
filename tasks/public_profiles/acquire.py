"""Read the next items of a source: rows of a table, or a listing and its pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from config.errors import InvalidError, UnreadableError
from config.recipes import Recipe, find_recipe
from config.recipes.parts import RecipeHead
from config.vocabulary import Fate
from tasks.clients.page_answers import PageAnswer, PageMark, PageState, fate_of
from tasks.clients.page_door import PageDoor
from tasks.clients.proxy_faults import is_block_page
from tasks.public_profiles.page_quota import COUNTED, PageQuota, quota_of
from tasks.public_profiles.read_listing import read_listing
from tasks.public_profiles.read_page import read_page
from tasks.public_profiles.read_parquet import ParquetTable, read_parquet
from tasks.public_profiles.read_table import TablePortion, check_columns, read_table
from tasks.public_profiles.schemas import (
    AcquiredProfile,
    PagesSource,
    TableSource,
    Unreadable,
)

LONGEST_FETCH_SECONDS = 15.0
"""Then what has come is stored, and the rest is left for the next portion."""

SHUT_OUT = (
    "the host shows a page that blocks us or asks for a captcha: go slower, or by "
    "another exit, then read it again"
)


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
    stands_for: Mapping[str, int] = field(default_factory=dict)
    """Found address -> items that are behind it, where that is not one."""

    settled_urls: Sequence[str] = ()
    failed_urls: Mapping[str, Fate] = field(default_factory=dict)
    """Those of the settled that brought nothing, with what became of them."""

    marks: Sequence[tuple[str, PageMark]] = ()
    """Pages that were read, with how to ask whether they have changed since."""

    unchanged: int = 0
    """Pages that are as they were when an earlier run read them."""


def check_source(source: TableSource | PagesSource, *, lines: Iterator[bytes]) -> None:
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
        recipe = find_recipe(source.recipe)
    except InvalidError as unknown:
        raise InvalidError(unknown.message, field="source.recipe") from None
    check_recipe_version(recipe, source.recipe_version)


def check_recipe_version(recipe: RecipeHead, wanted: int | None) -> None:
    """
    Return if a recipe is what the source was made for.

    Raises:
        InvalidError: The source names another version of it.
    """
    if wanted not in {None, recipe.version}:
        raise InvalidError(
            f"recipe {recipe.name} is at version {recipe.version}, not {wanted}; look "
            "at it again, then name that version",
            field="source.recipeVersion",
        )


def acquire_from_table(
    source: TableSource,
    lines: Iterator[bytes],
    *,
    position: dict[str, Any],
    limit: int,
) -> AcquiredPortion:
    """Read the next rows of a table; `lines` begin at the position's offset."""
    rows = read_table(lines, source=source, limit=limit, position=position or None)
    return _acquired(rows)


def acquire_from_parquet(
    source: TableSource, table: ParquetTable, *, position: dict[str, Any], limit: int
) -> AcquiredPortion:
    """Read the next rows of a Parquet file, from the position's row on."""
    return _acquired(
        read_parquet(table, source=source, limit=limit, position=position or None)
    )


def _acquired(rows: TablePortion) -> AcquiredPortion:
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
    quota = quota_of(source, position)
    if not quota.take(url):
        return AcquiredPortion(
            position={**position, "listing_ended": True},
            ended=False,
            unreadable=[_excluded(url, quota)],
        )
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
            COUNTED: quota.counted,
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
        position: Handed on, with the pages of each host counted.
        earlier_tries: Page -> tries so far, kept up to date for pages left over.
    """
    recipe = find_recipe(source.recipe)
    quota = quota_of(source, position)
    allowed = [url for url in urls if quota.take(url)]
    answers = pages.fetch(
        allowed, budget_seconds=LONGEST_FETCH_SECONDS, earlier_tries=earlier_tries
    )
    for answer in answers:
        if answer.state is PageState.POSTPONED:
            earlier_tries[answer.url] = answer.tries
            quota.give_back(answer.url)
        else:
            earlier_tries.pop(answer.url, None)
    had = [one for one in answers if one.state is not PageState.POSTPONED]
    profiles, unreadable, marks = _read_answers(had, recipe)
    skipped = set(urls).difference(allowed)
    unreadable += [_excluded(url, quota) for url in sorted(skipped)]
    return AcquiredPortion(
        position={**position, COUNTED: quota.counted},
        ended=not urls,
        profiles=profiles,
        unreadable=unreadable,
        settled_urls=[*(one.url for one in had), *skipped],
        failed_urls={one.reference: one.fate for one in unreadable},
        marks=marks,
        unchanged=sum(one.state is PageState.UNCHANGED for one in had),
    )


def _read_answers(
    answers: Sequence[PageAnswer], recipe: Recipe
) -> tuple[list[AcquiredProfile], list[Unreadable], list[tuple[str, PageMark]]]:
    profiles, unreadable, marks = [], [], []
    for answer in answers:
        if answer.state is PageState.UNCHANGED:
            continue
        read = _read_answer(answer, recipe)
        if isinstance(read, Unreadable):
            unreadable.append(read)
            continue
        profiles.append(read)
        if answer.mark is not None:
            marks.append((answer.url, answer.mark))
    return profiles, unreadable, marks


def recipe_mark(source: PagesSource) -> str:
    """Return the recipe of a source with its version, in one word."""
    recipe = find_recipe(source.recipe)
    return f"{recipe.name}@{recipe.version}"


def hosts_of(source: PagesSource) -> tuple[str, ...]:
    """Return the hosts whose pages may be fetched."""
    return source.hosts or (urlsplit(str(source.listing_url)).netloc,)


def find_fault(answer: PageAnswer, source: PagesSource) -> str | None:
    """Return why a page states no public profile, None if it states one."""
    read = _read_answer(answer, find_recipe(source.recipe))
    return read.reason if isinstance(read, Unreadable) else None


def _read_answer(answer: PageAnswer, recipe: Recipe) -> AcquiredProfile | Unreadable:
    if answer.state is not PageState.FETCHED:
        told = fate_of(answer)
        return Unreadable(reference=answer.url, reason=answer.reason, fate=told)
    if is_block_page(answer.body):
        return Unreadable(reference=answer.url, reason=SHUT_OUT, fate=Fate.BLOCKED)
    try:
        return read_page(answer.content, url=answer.final_url, recipe=recipe)
    except UnreadableError as problem:
        return Unreadable(reference=answer.url, reason=problem.message)


def _excluded(url: str, quota: PageQuota) -> Unreadable:
    reason = quota.reason(url)
    return Unreadable(reference=url, reason=reason, fate=Fate.EXCLUDED)


def _mark(url: str) -> int:
    """Return a small number for an address, to notice a listing that runs in a ring."""
    return crc32(url.encode())
