"""Pure: where the reading of a JSON interface stands, and where it goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from config.recipes.json_api import ApiRecipe, PagingPart
from tasks.public_profiles.read_api import look

MOST_EMPTY_PAGES = 20
"""Pages without a record, one after the other, before a listing is taken as ended."""

_REMEMBERED = 64
CAME_BACK = (
    "the service came back to a page that was read before; the listing was ended there"
)
_ONLY_EMPTY = (
    f"the service answered {MOST_EMPTY_PAGES} pages without a record, one after the "
    "other; the listing was ended there"
)


@dataclass(frozen=True, slots=True)
class ApiPlace:
    """Where the reading stands; plain JSON, stored with the records before it."""

    recipe_version: int
    chunk: int = 0
    """Number of the request in a list of inputs."""

    prepared: dict[str, str] | None = None
    """Values that were looked up first."""

    at: str | int | None = None
    """Page, offset, cursor or address of the page; None is the first."""

    skip: int = 0
    """Records of this page that are stored already."""

    seen: tuple[str, ...] = ()
    """Marks of the last pages, to notice a listing that runs in a ring."""

    anchors: tuple[str, ...] = ()
    """Marks of the pages 1, 2, 4, 8 ..., which notice the largest ring."""

    pages: int = 0
    empty_pages: int = 0
    wait_until: str | None = None
    """Moment until which the host wants to be left alone."""

    wait_for: str | None = None
    """An address of that host."""

    listing_ended: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self) | {"seen": list(self.seen), "anchors": list(self.anchors)}

    def waited_until(self) -> datetime | None:
        """Return the moment until which the host wants to be left alone."""
        if self.wait_until is None:
            return None
        return datetime.fromisoformat(self.wait_until)

    def waiting(self, url: str, until: datetime) -> "ApiPlace":
        """Return the same place, with the host's wish."""
        moment = until.astimezone(UTC).isoformat()
        return replace(self, wait_until=moment, wait_for=url)


def place_from(position: Mapping[str, Any], recipe: ApiRecipe) -> ApiPlace:
    """
    Return the place that a stored position names.

    A recipe that changed meanwhile begins anew: what is there already is known by its
    handle, so nothing is lost or doubled.
    """
    if position.get("recipe_version") != recipe.version:
        return ApiPlace(recipe_version=recipe.version)
    known = {one.name for one in fields(ApiPlace)}
    values = {name: value for name, value in position.items() if name in known}
    values |= {name: tuple(values.get(name, ())) for name in ("seen", "anchors")}
    return ApiPlace(**values)


def paging_parameter(paging: PagingPart, place: ApiPlace) -> dict[str, str]:
    """Return the parameter that asks for the page at this place."""
    if paging.parameter is None or paging.by in {"none", "link"}:
        return {}
    at = place.at
    if at is None:
        if paging.start is None:  # the first page is what the service says it is
            return {}
        at = paging.start
    return {paging.parameter: str(at)}


def next_chunk(place: ApiPlace, *, chunks: int) -> ApiPlace:
    """Return the place after all pages of one request of a list."""
    number = place.chunk + 1
    return ApiPlace(
        recipe_version=place.recipe_version,
        chunk=number,
        listing_ended=number >= chunks,
    )


def after_page(
    recipe: ApiRecipe,
    place: ApiPlace,
    *,
    records: Sequence[Any],
    document: Any,
    next_url: str | None,
    chunks: int,
) -> tuple[ApiPlace, str | None]:
    """
    Return the place after a page that was read to its end, and what was odd about it.

    A listing ends where the service says so, at an empty page, and, with a word about
    it, where the service comes back to a page that was read before.
    """
    onward = _onward(recipe.paging, place, records, document, next_url)
    after = next_chunk(place, chunks=chunks)
    if onward is None:
        return after, None
    marks = [_mark(f"at {onward!r}")]
    if _is_known(place, marks[0]):
        return after, CAME_BACK
    if records:
        marks.append(_mark(_written(records)))
    empty_pages = 0 if records else place.empty_pages + 1
    if empty_pages >= MOST_EMPTY_PAGES:
        return after, _ONLY_EMPTY
    pages = place.pages + 1
    is_power = pages & (pages - 1) == 0
    return (
        replace(
            place,
            at=onward,
            skip=0,
            seen=(*place.seen, *marks)[-_REMEMBERED:],
            anchors=(*place.anchors, *marks) if is_power else place.anchors,
            pages=pages,
            empty_pages=empty_pages,
            wait_until=None,
            wait_for=None,
        ),
        None,
    )


def is_read_before(place: ApiPlace, records: Sequence[Any]) -> bool:
    """Whether the same records came with an earlier page, word for word."""
    return bool(records) and _is_known(place, _mark(_written(records)))


def _is_known(place: ApiPlace, mark: str) -> bool:
    return mark in place.seen or mark in place.anchors


def _onward(
    paging: PagingPart,
    place: ApiPlace,
    records: Sequence[Any],
    document: Any,
    next_url: str | None,
) -> str | int | None:
    if paging.more is not None and not look(paging.more, document):
        return None
    match paging.by:
        case "link":
            return storable(next_url or "") or None
        case "cursor":
            cursor = look(paging.cursor, document)
            is_cursor = isinstance(cursor, str | int) and not isinstance(cursor, bool)
            return storable(str(cursor)) or None if is_cursor else None
        case "page" | "offset" if records:
            first = 1 if paging.by == "page" else 0
            start = first if paging.start is None else paging.start
            at = start if place.at is None else int(place.at)
            return at + (1 if paging.by == "page" else len(records))
        case _:
            return None


def storable(text: str) -> str:
    """Return a text without what neither an address nor PostgreSQL's JSON can hold."""
    return text.encode(errors="replace").decode().replace("\0", "")


def _written(records: Sequence[Any]) -> str:
    try:
        return repr(records)
    except RecursionError:  # nested on purpose; then its size stands for it
        return f"{len(records)} records, too deep"


def _mark(content: str) -> str:
    raw = content.encode(errors="surrogatepass")
    return blake2b(raw, digest_size=8).hexdigest()
