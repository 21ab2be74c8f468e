"""Pure: cards of the review queue as lines of CSV or JSON Lines."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tasks.reviews.schemas import ReviewCard

COLUMNS = (
    "handle",
    "displayName",
    "platform",
    "url",
    "status",
    "decidedByName",
    "decidedAt",
    "reason",
    "note",
    "score",
    "confidence",
    "parts",
    "followers",
    "following",
    "posts",
    "verified",
    "kind",
    "location",
    "language",
    "topics",
    "bio",
    "acquiredAt",
    "campaignId",
    "id",
    "version",
)
"""Columns of the CSV, named as in the API."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def defuse(cell: str) -> str:
    """
    Return a cell that no spreadsheet takes for a formula.

    Source: OWASP, CSV Injection: a cell that begins with one of these characters gets
    an apostrophe in front.
    """
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def csv_head() -> str:
    """Return the first line of the CSV."""
    return _csv_lines([COLUMNS])


def csv_of(cards: Iterable[ReviewCard]) -> str:
    """Return cards as lines of CSV (RFC 4180), texts defused."""
    return _csv_lines(_row_of(card) for card in cards)


def json_lines_of(cards: Iterable[ReviewCard]) -> str:
    """Return cards as JSON, one object a line, as the API shows them."""
    return "".join(f"{card.model_dump_json()}\n" for card in cards)


def _row_of(card: ReviewCard) -> Iterator[str]:
    shown = card.model_dump(mode="json")
    shown["parts"] = "; ".join(
        f"{part.name} {part.points}/{part.possible}" for part in card.parts
    )
    shown["topics"] = "; ".join(card.topics)
    return (_cell(shown[column]) for column in COLUMNS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return defuse(value) if isinstance(value, str) else str(value)


def _csv_lines(rows: Iterable[Sequence[str] | Iterator[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
