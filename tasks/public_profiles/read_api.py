"""Pure: an answer of a JSON interface in, its public profiles out."""

from collections.abc import Callable, Mapping
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import ValidationError

from config.errors import BusyError, OutsideError, RefusedError, UnreadableError
from config.recipes.json_api import ApiRecipe, FieldPlace
from config.vocabulary import Fate
from tasks.clients.json_answers import NotThereError, SaidInError, shorten
from tasks.public_profiles.handles import normalise_handle
from tasks.public_profiles.schemas import (
    LONGEST_EXTRA,
    AcquiredProfile,
    said_of,
)
from tasks.public_profiles.table_cells import READERS, UnreadableCellError


@cache
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def look(expression: str | None, document: Any) -> Any:
    """Return what an expression finds; None where it finds or fits nothing."""
    if expression is None:
        return None
    try:
        return _compiled(expression).search(document)
    except (JMESPathError, TypeError, ValueError, RecursionError):
        return None  # a function met another type than the service documents


def list_records(document: Any, recipe: ApiRecipe, *, url: str) -> list[Any]:
    """
    Return the records of an answer.

    Raises:
        UnreadableError: There is no list where the recipe looks.
    """
    found = look(recipe.records, document)
    if isinstance(found, dict) and _is_record(found, recipe):
        return [found]
    return _as_list(found, url=url, place=recipe.records)


def _is_record(found: dict[str, Any], recipe: ApiRecipe) -> bool:
    """Whether an object is one record, as services answer to one name, not an error."""
    built, _ = read_record(found, recipe)
    return isinstance(built, AcquiredProfile)


def list_detailed(document: Any, recipe: ApiRecipe, *, url: str) -> list[Any]:
    """Return the records of an answer to a second look; raises as `list_records`."""
    place = recipe.details.records if recipe.details else "[@]"
    return _as_list(look(place, document), url=url, place=place)


def _as_list(found: Any, *, url: str, place: str) -> list[Any]:
    if not isinstance(found, list):
        raise UnreadableError(
            f"{url} answered something else than expected: there is no list at "
            f"{place!r}; check the source's address and the recipe"
        )
    return found


def fate_of_error(failure: OutsideError) -> Fate:
    """Return what a value comes to that could not be asked for."""
    match failure:
        case NotThereError():
            return Fate.GONE
        case BusyError():
            return Fate.RATE_LIMITED
        case RefusedError():
            return Fate.BLOCKED
        case UnreadableError():
            return Fate.NO_PROFILE
        case _:
            return Fate.LOST


def read_error_with(recipe: ApiRecipe) -> Callable[[Any], SaidInError]:
    """Return what reads this service's error answers."""

    def read(document: Any) -> SaidInError:
        parts = recipe.errors
        return SaidInError(
            message=shorten(look(parts.message, document)),
            is_busy=_holds(parts.busy_when, document),
            is_gone=_holds(parts.gone_when, document),
        )

    return read


def _holds(expression: str | None, document: Any) -> bool:
    return bool(look(expression, document))


def key_of(expression: str | None, record: Any) -> str:
    """Return how a record names itself, in the form in which names are compared."""
    found = look(expression, record)
    is_name = isinstance(found, str | int) and not isinstance(found, bool)
    return comparable(str(found)) if is_name else ""


def comparable(name: str) -> str:
    """Return a name in the form in which names are compared."""
    return name.strip().removeprefix("@").casefold()


def missing_counts(record: Any, recipe: ApiRecipe) -> dict[str, str]:
    """Return the counts that stand elsewhere: field -> address of the collection."""
    found: dict[str, str] = {}
    for name, part in recipe.counts.items():
        address = look(part.address, record)
        if isinstance(address, str) and address.startswith(("https://", "http://")):
            found[name] = address.encode(errors="replace").decode()
    return found


def read_record(
    record: Any, recipe: ApiRecipe, *, counts: Mapping[str, Any] | None = None
) -> tuple[AcquiredProfile | str, list[str]]:
    """
    Return a record's public profile, or why there is none; and what was unclear in it.

    Args:
        record: As the service states it; what it does not state stays unknown.
        recipe: Where the fields stand.
        counts: Counts that were read elsewhere; the record's own win.
    """
    if not isinstance(record, dict):
        return "it is no record", []
    unclear: list[str] = []
    values: dict[str, Any] = {}
    for name, places in recipe.fields.items():
        value = _value(name, places, record, values, unclear)
        if value is None and counts and counts.get(name) is not None:
            value = _read(name, counts[name], unclear)
        if value is not None:
            values[name] = value
    if "handle" not in values:
        return "; ".join(["it states no handle", *unclear]), []
    if recipe.extra:
        values["extra"] = _extra(record, recipe)
    try:
        platform = _platform(record, recipe)
        return AcquiredProfile(**{"platform": platform, **values}), unclear
    except ValidationError as wrong:
        return said_of(wrong), unclear


def _extra(record: Any, recipe: ApiRecipe) -> dict[str, Any] | None:
    """Return the recipe's own fields that the record states, if there are any."""
    found: dict[str, Any] = {}
    for name, places in recipe.extra.items():
        stated = (_raw(place, record) for place in places if place.path is not None)
        value = next((one for one in stated if one is not None), None)
        if isinstance(value, str):
            value = value.strip()[:LONGEST_EXTRA]
        if value != "" and isinstance(value, str | int | float):
            found[name] = value
    return found or None


def _platform(record: Any, recipe: ApiRecipe) -> str:
    address = look(recipe.platform_at, record)
    if isinstance(address, str):
        try:
            return urlsplit(address).netloc.lower() or recipe.platform
        except ValueError:
            return recipe.platform
    return recipe.platform


def _value(
    name: str,
    places: tuple[FieldPlace, ...],
    record: Any,
    values: Mapping[str, Any],
    unclear: list[str],
) -> Any:
    for place in places:
        if place.template is not None:
            handle = values.get("handle")
            if handle:
                return place.template.replace("${handle}", str(handle))
            continue
        raw = _raw(place, record)
        if raw is None or raw == "":
            continue
        value = _read(name, raw, unclear)
        if value is not None:
            return value
    return None


def _raw(place: FieldPlace, record: Any) -> Any:
    if _holds(place.unless, record):
        return None
    raw = look(place.path, record)
    if place.values is not None:
        words = raw if isinstance(raw, list) else [raw]
        known = (place.values[str(one)] for one in words if str(one) in place.values)
        return next(known, None)
    if place.unescape and isinstance(raw, str):
        return unescape(raw)
    return raw


def _read(name: str, raw: Any, unclear: list[str]) -> Any:
    if name == "handle" and isinstance(raw, str):
        # A table's word for nothing may be a person's name here.
        return normalise_handle(raw)
    try:
        return READERS[name](raw)
    except UnreadableCellError as wrong:
        unclear.append(f"{name}: {wrong}; left unknown")
        return None
