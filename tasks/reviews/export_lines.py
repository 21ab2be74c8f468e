"""Pure: cards of the review queue, or results, as lines of CSV or JSON Lines."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tasks.reviews.schemas import CampaignResult, ReviewCard

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
    "joinedAt",
    "lastPostAt",
    "reactionsPerPost",
    "extra",
    "acquiredAt",
    "campaignId",
    "id",
    "version",
)
"""Columns of the CSV of cards, named as in the API."""

RESULT_COLUMNS = (
    *(column for column in COLUMNS if column != "version"),
    "criteriaVersion",
    "externalId",
    "pictureUrl",
)
"""Columns of the CSV of results."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def defuse(cell: str) -> str:
    """
    Return a cell that no spreadsheet takes for a formula.

    Source: OWASP, CSV Injection: a cell that begins with one of these characters gets
    an apostrophe in front.
    """
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def csv_head(columns: Sequence[str] = COLUMNS) -> str:
    """Return the first line of the CSV."""
    return _csv_lines([columns])


def csv_of(
    shown: Iterable[ReviewCard | CampaignResult], columns: Sequence[str] = COLUMNS
) -> str:
    """Return cards or results as lines of CSV (RFC 4180), texts defused."""
    return _csv_lines(_row_of(one, columns) for one in shown)


def json_lines_of(shown: Iterable[ReviewCard | CampaignResult]) -> str:
    """Return cards or results as JSON, one object a line, as the API shows them."""
    return "".join(f"{one.model_dump_json()}\n" for one in shown)


def _row_of(
    shown: ReviewCard | CampaignResult, columns: Sequence[str]
) -> Iterator[str]:
    values = shown.model_dump(mode="json")
    values["parts"] = "; ".join(
        f"{part.name} {part.points}/{part.possible}" for part in shown.parts
    )
    values["topics"] = "; ".join(shown.topics)
    values["extra"] = "; ".join(f"{k}={v}" for k, v in (shown.extra or {}).items())
    return (_cell(values[column]) for column in columns)


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
