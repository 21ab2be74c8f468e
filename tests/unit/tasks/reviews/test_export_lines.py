"""Cards as lines of CSV and JSON; no text of theirs is a formula."""

import csv
import json
from typing import Any
from uuid import UUID

import pytest

from tasks.reviews.export_lines import (
    COLUMNS,
    csv_head,
    csv_of,
    defuse,
    json_lines_of,
)
from tasks.reviews.schemas import ReviewCard


def card(**stated: Any) -> ReviewCard:
    unknown = dict.fromkeys(
        (
            *("displayName", "url", "externalId", "bio", "followers", "following"),
            *("posts", "verified", "kind", "location", "language", "pictureUrl"),
            *("decidedBy", "decidedAt", "reason"),
        )
    )
    known = {
        "id": UUID(int=1),
        "campaignId": UUID(int=2),
        "platform": "demo",
        "handle": "mira",
        "topics": ["clay", "=glaze"],
        "acquiredAt": "2026-11-01T12:00:00Z",
        "score": 80,
        "confidence": 0.5,
        "parts": [
            {
                "name": "followers",
                "points": 20,
                "possible": 25,
                "value": "12",
                "explanation": "enough",
            }
        ],
        "status": "pending",
        "version": 1,
    }
    return ReviewCard.model_validate(unknown | known | stated)


def rows_of(*cards: ReviewCard) -> list[dict[str, str]]:
    return list(csv.DictReader((csv_head() + csv_of(cards)).splitlines(keepends=True)))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
)
def test_a_cell_that_begins_a_formula_is_defused(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "mira", "1-2", "a=b", "'=1"])
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert defuse(cell) == cell


def test_every_text_of_a_card_is_defused() -> None:
    (row,) = rows_of(card(handle="-mira", bio='=HYPERLINK("x")', reason="@all, here"))
    assert (row["handle"], row["reason"]) == ("'-mira", "'@all, here")
    assert row["bio"] == '\'=HYPERLINK("x")'


def test_a_line_of_csv_holds_what_the_card_says() -> None:
    (row,) = rows_of(card(followers=1200, verified=True, bio='two\nlines, "quoted"'))
    assert list(row) == list(COLUMNS)
    assert (row["followers"], row["verified"], row["posts"]) == ("1200", "true", "")
    assert (row["parts"], row["topics"]) == ("followers 20/25", "clay; =glaze")
    assert row["bio"] == 'two\nlines, "quoted"'


def test_json_lines_are_cards_as_the_api_shows_them() -> None:
    lines = json_lines_of([card(), card(handle="tal")]).splitlines()
    assert [json.loads(line)["handle"] for line in lines] == ["mira", "tal"]
    assert json.loads(lines[0])["campaignId"] == str(UUID(int=2))
