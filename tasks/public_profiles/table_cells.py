"""Pure: cells of one row in, the fields of a public profile out."""

# ruff: noqa: RUF001 - tables write dashes of all lengths

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from tasks.public_profiles.handles import normalise_handle, tidy_address, word_set
from tasks.public_profiles.opened_page import text_of
from tasks.public_profiles.recipe_places import read_counted
from tasks.public_profiles.schemas import (
    EARLIEST,
    LONGEST_EXTRA,
    PROFILE_FIELDS,
    without_nul,
)

NOTHING_SAID = frozenset(("", "-", "—", "–", "null", "none", "nan", "n/a", "na", "nil"))
"""What tables write where nothing is known; a name may be spelled like the words."""

_LONGEST_NOTHING = 4

_NO_HANDLES = NOTHING_SAID - {"none", "na", "nil"}
_YES = word_set("true yes y t 1 ja oui si sí sim да verified")
_NO = word_set("false no n f 0 nein non não нет unverified")
_FLAGS = {
    **dict.fromkeys(NOTHING_SAID, None),
    **dict.fromkeys(_YES, True),
    **dict.fromkeys(_NO, False),
}
_MARKUP = re.compile(r"</(?:p|a|span|div|b|i|em|strong)>|<br ?/?>", re.IGNORECASE)
_SIMPLE_COUNT = re.compile(r"[1-9][0-9]{0,11}|0")
LONGEST = {
    "platform": 64,
    "handle": 256,
    "external_id": 256,
    "kind": 64,
    "location": 256,
    "language": 64,
}
"""Field -> most characters; a longer cell is left unknown."""

_LONGEST_TEXT = {"display_name": 512, "bio": 20_000}
_LONGEST_ADDRESS = 2048
_MOST_TOPICS = 100
_LARGEST_MEAN = 1e15
_LARGEST_EXTRA = 2**63 - 1
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
"""Not 007, which is a name."""


class UnreadableCellError(ValueError):
    """The cell holds something, but not what its field needs."""


def _count(cell: Any) -> int | None:
    if isinstance(cell, str) and _SIMPLE_COUNT.fullmatch(cell):
        return int(cell)
    count = read_counted(cell)
    if count is None and not _says_nothing(cell):
        raise UnreadableCellError(f"{_short(cell)} is not a count")
    return count


def _text(longest: int, *, cut: bool) -> Callable[[Any], str | None]:
    unknown = NOTHING_SAID - {"na", "nil"}

    def read(cell: Any) -> str | None:
        if isinstance(cell, str):
            text = (cell if "\0" not in cell else without_nul(cell)).strip()
        elif isinstance(cell, bool | dict | list):
            raise UnreadableCellError(f"{_short(cell)} is not text")
        else:
            text = str(cell)
        if len(text) <= _LONGEST_NOTHING and text.lower() in unknown:
            return None
        if len(text) > longest:
            if not cut:
                raise UnreadableCellError(f"longer than {longest} characters")
            return text[:longest]
        return text

    return read


_extra_text = _text(LONGEST_EXTRA, cut=True)
_plain_bio = _text(_LONGEST_TEXT["bio"], cut=True)
_plain_name = _text(_LONGEST_TEXT["display_name"], cut=True)


def _name(cell: Any) -> str | None:
    """Read a display name; somebody may be called None or Nan."""
    if isinstance(cell, str) and cell in {"None", "Null", "Nan"}:
        return cell
    return _plain_name(cell)


def _bio(cell: Any) -> str | None:
    text = _plain_bio(cell)
    if text and "<" in text and _MARKUP.search(text):
        body = LexborHTMLParser(text).body
        return (text_of(body) or None) if body else None
    return text


def _handle(cell: Any) -> str | None:
    if isinstance(cell, bool | dict | list):
        raise UnreadableCellError(f"{_short(cell)} is not a handle")
    text = str(cell).strip()
    if len(text) <= _LONGEST_NOTHING and text.lower() in _NO_HANDLES:
        return None
    return normalise_handle(text)


def _address(cell: Any) -> str | None:
    address = tidy_address(without_nul(cell)) if isinstance(cell, str) else None
    if address is None and _says_nothing(cell):
        return None
    if address is None or len(address) > _LONGEST_ADDRESS:
        raise UnreadableCellError(f"{_short(cell)} is not an http address")
    return address


def _flag(cell: Any) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word in _FLAGS:
        return _FLAGS[word]
    raise UnreadableCellError(f"{_short(cell)} is neither yes nor no")


def _moment(cell: Any) -> datetime | None:
    """Read a day or a moment (ISO 8601); without a time zone it is UTC."""
    if _says_nothing(cell):
        return None
    try:
        at = datetime.fromisoformat(cell.strip() if isinstance(cell, str) else "")
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnreadableCellError(
            f"{_short(cell)} is no date such as 2026-03-31"
        ) from None
    if at < EARLIEST:
        raise UnreadableCellError(f"{_short(cell)} is before there were accounts")
    return at


def _mean(cell: Any) -> float | None:
    if _says_nothing(cell):
        return None
    try:
        mean = float(cell) if isinstance(cell, str | int | float) else math.nan
    except (ValueError, OverflowError):
        mean = math.nan
    if isinstance(cell, bool) or not 0 <= mean <= _LARGEST_MEAN:
        raise UnreadableCellError(f"{_short(cell)} is not a mean")
    return mean


def _topics(cell: Any) -> tuple[str, ...]:
    if isinstance(cell, list):
        texts = [without_nul(each) for each in cell if isinstance(each, str)]
    else:
        parted = without_nul(str(cell)).replace(",", ";").replace("|", ";")
        texts = parted.split(";")
    words = dict.fromkeys([text.strip() for text in texts])
    return tuple(word for word in words if word)[:_MOST_TOPICS]


def read_extra_cell(cell: Any) -> str | int | float | None:
    """Read a cell of a further column: a number if it looks like one, else text."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) and abs(cell) <= _LARGEST_EXTRA else None
    text = _extra_text(cell)
    if text is None or not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _says_nothing(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in NOTHING_SAID


def _short(cell: Any) -> str:
    text = repr(cell)
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 - fits one line


READERS: dict[str, Callable[[Any], Any]] = {
    **{name: _text(longest, cut=False) for name, longest in LONGEST.items()},
    "display_name": _name,
    "bio": _bio,
    "handle": _handle,
    "url": _address,
    "picture_url": _address,
    "followers": _count,
    "following": _count,
    "posts": _count,
    "verified": _flag,
    "topics": _topics,
    "joined_at": _moment,
    "last_post_at": _moment,
    "reactions_per_post": _mean,
}
"""Field of a public profile -> how its cell is read."""

assert set(READERS) == set(PROFILE_FIELDS)  # noqa: S101 - a new field needs a reader
