"""Pure: one page in, the public profile it states out."""

import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from config.recipes import (
    Recipe,
    find_recipe_of_host,
    list_marked_recipes,
    platform_of,
)
from tasks.public_profiles.embedded_records import read_embedded_record
from tasks.public_profiles.handles import (
    handle_in_address,
    host_of,
    is_address_of,
    tidy_address,
)
from tasks.public_profiles.linked_data import (
    KINDS,
    is_about_something_else,
    linked_nodes,
    read_linked_data,
)
from tasks.public_profiles.opened_page import (
    NotAPublicProfileError,
    OpenedPage,
    open_page,
)
from tasks.public_profiles.page_signs import (
    COUNTED,
    is_typed_as_other,
    is_typed_as_profile,
    names_handle_in_title,
    read_card,
    read_links,
    read_meta_tags,
    shows_one_handle,
)
from tasks.public_profiles.recipe_places import handle_in_path, read_extra, read_places
from tasks.public_profiles.schemas import AcquiredProfile, said_of
from tasks.public_profiles.visible_counts import read_visible_counts

LONGEST = {
    "platform": 64,
    "display_name": 512,
    "bio": 20_000,
    "external_id": 256,
    "kind": 64,
    "location": 256,
    "language": 64,
    "url": 2048,
    "picture_url": 2048,
}
"""Longer texts are cut, longer addresses and ids left out; the schema's own limits."""

_SHORTENED_FROM = 1_000
_SAYS_SOMETHING = frozenset(("display_name", "bio", "external_id", *COUNTED))
_CUT = frozenset(("display_name", "bio"))
_OPAQUE = re.compile(
    r"^(?:\d+|UC[\w-]{22}|[0-9a-f]{8,}(?:-[0-9a-f]+)*)$", re.IGNORECASE
)


def read_page(body: bytes | str, *, url: str, recipe: Recipe) -> AcquiredProfile:
    """
    Return the public profile that a page states; what it does not state is `None`.

    Args:
        body: The page as it was fetched.
        url: Where it was fetched; the page's own address is preferred.
        recipe: Where to look first.

    Raises:
        NotAPublicProfileError: It is empty, not HTML, or not about one person or
            organisation; the message says what is missing.
    """
    page = open_page(body, url=url)
    recipe = _recipe_for(page, recipe)
    _demand_marks(page, recipe)
    found = read_places(page, recipe)
    if "handle" not in found and recipe.handle_in_path:
        path = urlsplit(found.get("url") or page.own_address).path
        if handle := handle_in_path(path, recipe):
            found["handle"] = handle
    if recipe.beyond == "general":
        _add_general(page, found)
    if not found.get("handle"):
        raise NotAPublicProfileError(
            f"no handle found where recipe {recipe.name} looks: is this the page of a "
            "public profile?"
        )
    if not _SAYS_SOMETHING.intersection(found):
        raise NotAPublicProfileError(
            f"the page says nothing about {found['handle']!r}: no name, text or count"
        )
    return _as_profile(page, recipe, found)


def _recipe_for(page: OpenedPage, recipe: Recipe) -> Recipe:
    """Return the recipe made for the page's host, if the chosen one leaves it open."""
    if not recipe.by_host:
        return recipe
    for host in (page.host, host_of(page.fetched_url)):
        if own := find_recipe_of_host(host):
            return own
    for each in list_marked_recipes():
        if any(page.tree.css_first(mark) for mark in each.marks):
            return each
    return recipe


def _demand_marks(page: OpenedPage, recipe: Recipe) -> None:
    if recipe.require and not any(map(page.tree.css_first, recipe.require)):
        raise NotAPublicProfileError(
            f"the page has none of the marks of a public profile that recipe "
            f"{recipe.name} looks for: {', '.join(recipe.require)}"
        )


def _add_general(page: OpenedPage, found: dict[str, Any]) -> None:
    """Fill in what places did not yield from whatever else says it for certain."""
    nodes = linked_nodes(page)
    linked = read_linked_data(page, nodes) or {}
    card = read_card(page, handle=found.get("handle")) or {}
    named = names_handle_in_title(page)
    is_typed = is_typed_as_profile(page)
    is_other = not (is_typed or linked) and (
        is_typed_as_other(page) or is_about_something_else(nodes)
    )
    is_known = bool(found.get("handle"))
    if not is_known:
        if is_other or not (linked or card or is_typed or named):
            raise NotAPublicProfileError(_what_is_missing(page, is_other=is_other))
        found["handle"] = _general_handle(page, linked, card, named)
    handle = found["handle"]
    if page.has_own_address:
        linked.pop("url", None)
    _fill(found, linked)
    _fill(found, read_card(page, handle=handle) or card)
    if is_other:
        return
    if any(name not in found for name in COUNTED):
        _fill(found, read_embedded_record(page, handle=handle))
        _fill(found, read_links(page, handle=handle))
    spoken = {}
    if is_typed or named or not is_known:
        spoken = read_meta_tags(page, handle=handle)
    if any(_could_be_finer(spoken.get(name)) for name in COUNTED if name not in found):
        seen = read_visible_counts(page, handle=handle)
        _fill(
            found,
            {name: finest_count(spoken.get(name), seen.get(name)) for name in seen},
        )
    _fill(found, spoken)


def _could_be_finer(count: int | None) -> bool:
    """Whether a count is unknown, or may have been shortened."""
    return count is None or (count >= _SHORTENED_FROM and count % 10 == 0)


def finest_count(spoken: int | None, seen: int | None) -> int | None:
    """
    Return the more exact of two statements of one count.

    `seen` is taken only if `spoken` is what remains of it when it is shortened.
    """
    if spoken is None or seen is None:
        return seen if spoken is None else spoken
    digits = len(str(spoken))
    unit = 10 ** (digits - len(str(spoken).rstrip("0")))
    return seen if digits == len(str(seen)) and abs(seen - spoken) < unit else spoken


def _fill(found: dict[str, Any], more: dict[str, Any]) -> None:
    for field, value in more.items():
        if value is not None:
            found.setdefault(field, value)


def _what_is_missing(page: OpenedPage, *, is_other: bool) -> str:
    if is_other:
        kind = page.meta("og:type") or "something else by its linked data"
        return f"the page is not about a person or organisation but: {kind}"
    title = f" (its title is {page.title!r})" if page.title else ""
    return (
        "nothing on the page says that it is a public profile: no profile mark-up, "
        f"no h-card, no profile type, no handle in its title{title}"
    )


def _general_handle(
    page: OpenedPage,
    linked: dict[str, Any],
    card: dict[str, Any],
    named: str | None,
) -> str:
    """Return the name in the page's address, or the one stated if that is a number."""
    stated = [
        linked.get("handle"),
        card.get("handle"),
        read_meta_tags(page, handle=named).get("handle"),
        named,
    ]
    known = [each for each in stated if each]
    addresses = [page.own_address, linked.get("url") or page.own_address]
    in_address = [handle_in_address(each) for each in addresses]
    own = next((each for each in in_address if each), None)
    if own is None and not known and (shown := shows_one_handle(page)):
        return shown
    if own is not None and not known:
        return own
    if not known:
        raise NotAPublicProfileError(
            "the page is about somebody, but neither it nor its address "
            f"{page.own_address} names a handle"
        )
    if own is None or _OPAQUE.match(own) or not page.has_own_address:
        same = (each for each in known if is_address_of(each, addresses[0]))
        return next(same, known[0])
    return own


def _as_profile(
    page: OpenedPage, recipe: Recipe, found: dict[str, Any]
) -> AcquiredProfile:
    found = {**found}
    found.setdefault("platform", recipe.platform or platform_of(page.host))
    found["url"] = tidy_address(found.get("url"), base=page.own_address)
    found["url"] = found["url"] or page.own_address
    found["picture_url"] = tidy_address(found.get("picture_url"), base=page.own_address)
    for field, longest in LONGEST.items():
        text = found.get(field)
        if isinstance(text, str) and len(text) > longest:
            found[field] = text[:longest] if field in _CUT else None
    kind = found.get("kind")
    found["kind"] = KINDS.get(kind.lower(), kind) if kind else None
    found["topics"] = tuple(found.get("topics") or ())[:100]
    found["extra"] = read_extra(page, recipe)
    try:
        return AcquiredProfile(**found)
    except ValidationError as wrong:
        raise NotAPublicProfileError(said_of(wrong)) from None
