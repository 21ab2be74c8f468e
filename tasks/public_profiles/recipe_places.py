"""What a recipe's places yield on one page."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from config.recipes import READINGS, Place, Recipe
from tasks.public_profiles.counts import LARGEST_COUNT, read_count
from tasks.public_profiles.handles import normalise_handle, tidy_address
from tasks.public_profiles.opened_page import OpenedPage, text_of
from tasks.public_profiles.page_data import follow_path, script_data
from tasks.public_profiles.schemas import LONGEST_EXTRA

_NO_WORDS = frozenset(("", "0", "false", "no", "null", "none"))


def read_places(page: OpenedPage, recipe: Recipe) -> dict[str, Any]:
    """Return the fields that the recipe's places yield; the others are not in it."""
    found: dict[str, Any] = {}
    for name, places in recipe.fields.items():
        reading = READINGS.get(name, "text")
        for place in places:
            value = _value_at(page, place, place.read or reading, found)
            if value is not None:
                found[name] = value
                break
    return found


def read_extra(page: OpenedPage, recipe: Recipe) -> dict[str, Any] | None:
    """Return the recipe's own fields that the page states, None if there are none."""
    found: dict[str, Any] = {}
    for name, places in recipe.extra.items():
        for place in places:
            value = _value_at(page, place, place.read or "text", {})
            if isinstance(value, str):
                value = value[:LONGEST_EXTRA]
            if isinstance(value, str | int):
                found[name] = value
                break
    return found or None


def handle_in_path(path: str, recipe: Recipe) -> str | None:
    """Return the handle that the recipe's patterns find in the path of an address."""
    for pattern in recipe.handle_in_path:
        if match := pattern.search(path):
            return normalise_handle(match[1])
    return None


def _value_at(
    page: OpenedPage, place: Place, reading: str, found: dict[str, Any]
) -> Any:
    if place.template is not None:
        handle = found.get("handle")
        return place.template.format(handle=handle) if handle else None
    raw = (text for text in _texts_at(page, place, reading) if text is not None)
    texts = (text for each in raw if (text := _cut(each, place)) is not None)
    if reading == "texts":
        words = tuple(dict.fromkeys(filter(None, map(_as_text, texts))))
        return words or None
    if reading == "flag":
        return _read_flag(texts, place)
    for text in texts:
        value = _read_one(page, text, place, reading)
        if value is not None:
            return value
    return None


def _cut(text: Any, place: Place) -> Any:
    if place.pattern is None:
        return text
    match = place.pattern.search(str(text))
    return match[1] if match else None


def _read_flag(texts: Iterable[Any], place: Place) -> bool | None:
    first = next(iter(texts), None)
    if first is None:
        return place.absent
    if isinstance(first, bool):
        return first
    if place.select is not None and place.attribute is None and place.pattern is None:
        return True
    return str(first).strip().lower() not in _NO_WORDS


def _read_one(page: OpenedPage, text: Any, place: Place, reading: str) -> Any:
    if reading == "count":
        return read_counted(text, noun=place.noun)
    if isinstance(text, bool | dict | list):
        return None
    if reading == "handle":
        return normalise_handle(str(text))
    if reading == "url":
        return tidy_address(str(text), base=page.own_address)
    return _as_text(text)


def _as_text(text: Any) -> str | None:
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        return None
    return str(text).strip() or None


def read_counted(value: Any, *, noun: str | None = None) -> int | None:
    """Return a count given as JSON or as text; `True` is no count."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        is_count = 0 <= value <= LARGEST_COUNT and value == int(value)
        return int(value) if is_count else None
    if not isinstance(value, str):
        return None
    return read_count(value, noun=noun)


def _texts_at(page: OpenedPage, place: Place, reading: str) -> Iterator[Any]:
    if place.value is not None:
        yield place.value
    elif place.path is not None:
        yield from _json_at(page, place)
    elif place.select is not None:
        yield from _elements_at(page, place, reading)


def _elements_at(page: OpenedPage, place: Place, reading: str) -> Iterator[str | None]:
    selector = place.select or ""
    for node in page.tree.css(selector):
        if place.attribute is not None:
            yield node.attributes.get(place.attribute)
        elif reading == "count":
            yield text_of(node)
            yield " ".join(node.text(separator=" ").split())
        else:
            yield text_of(node)


def _json_at(page: OpenedPage, place: Place) -> Iterator[Any]:
    path = place.path if isinstance(place.path, tuple) else _split(place.path or "")
    if place.script is None:
        roots: Iterable[Any] = page.linked_data
    else:
        roots = script_data(page.tree, select=place.script, assigned=place.assigned)
    for root in roots:
        yield from follow_path(root, path)


def _split(path: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[.\[\]]+", path) if part)
