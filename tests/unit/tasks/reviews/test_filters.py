"""What a filter takes, and where a list goes on."""

from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from config.errors import InvalidError
from config.vocabulary import Decision
from tasks.reviews.batch_schemas import BatchDecisionRequest
from tasks.reviews.filters import ReviewFilter, Sort
from tasks.reviews.listing import ListPlace, read_list_place

SOMEBODY = UUID(int=7)


def test_a_filter_that_says_nothing_means_what_waits() -> None:
    assert ReviewFilter().decision == (Decision.PENDING,)


def test_a_filter_is_read_as_the_api_writes_it() -> None:
    wanted = ReviewFilter(min_score=60, decision=(Decision.MAYBE,), search="a_b")
    assert ReviewFilter.model_validate_json(wanted.model_dump_json()) == wanted


@pytest.mark.parametrize(
    "values",
    [
        {"minScore": 70, "maxScore": 60},
        {"minScore": 101},
        {"search": ""},
        {"search": "a\0"},
        {"decision": ["perhaps"]},
        {"colour": "red"},
    ],
)
def test_a_filter_that_finds_nothing_sensible_is_refused(
    values: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        ReviewFilter.model_validate(values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"ids": [], "reason": "none"},
        {"ids": [str(uuid4())], "filter": {}},
        {"ids": [str(uuid4())], "upTo": 3},
        {"filter": {}, "upTo": 0},
    ],
)
def test_a_batch_names_either_people_or_a_filter(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BatchDecisionRequest.model_validate(values)


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("-score", 80),
        ("score", 0),
        ("uncertainty", 0.1 + 0.2),
        ("createdAt", None),
        ("-createdAt", None),
    ],
)
def test_a_place_is_read_as_it_is_written(sort: Sort, value: float | None) -> None:
    place = ListPlace(value, SOMEBODY)
    assert read_list_place(str(place), sort=sort) == place


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        ("-score", "x"),
        ("-score", f"0.5_{SOMEBODY}"),
        ("-score", f"_{SOMEBODY}"),
        ("uncertainty", f"nan_{SOMEBODY}"),
        ("uncertainty", f"inf_{SOMEBODY}"),
        ("createdAt", f"80_{SOMEBODY}"),
        ("createdAt", "_"),
    ],
)
def test_a_place_of_another_order_is_refused(sort: Sort, cursor: str) -> None:
    with pytest.raises(InvalidError, match="not a place in this list"):
        read_list_place(cursor, sort=sort)
