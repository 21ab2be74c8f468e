"""Further columns and places of a recipe, which expressions ask for."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from config.errors import InvalidError
from config.recipes import Recipe
from flows.criteria_check import check_extra_names
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.read_page import read_page
from tasks.public_profiles.read_table import TablePortion, read_table
from tasks.public_profiles.schemas import AcquiredProfile, TableSource
from tasks.public_profiles.score import score_public_profile

PAGE = """<!doctype html><html lang="en"><title>Mira</title>
<h1>Mira</h1><span class="handle">mira</span><p class="bio">Pots</p>
<b class="team">12</b><i class="rank">1.2k</i><u class="open"></u>
<script type="application/json" id="data">{"job": {"title": "Potter"}}</script>"""
RECIPE = Recipe.model_validate(
    {
        "name": "a test",
        "version": 1,
        "about": "A test.",
        "platform": "demo",
        "beyond": "nothing",
        "fields": {
            "handle": [{"select": ".handle"}],
            "bio": [{"select": ".bio"}],
        },
        "extra": {
            "team_size": [{"select": ".team", "read": "count"}],
            "rank": [{"select": ".rank", "read": "count"}],
            "is_open": [{"select": ".open", "read": "flag"}],
            "job": [{"script": "#data", "path": "job.title"}],
            "not_there": [{"select": ".nowhere"}],
        },
    }
)


def table(extra: dict[str, str], **more: Any) -> TableSource:
    wish = {"table_id": uuid4(), "columns": {"handle": "handle"}, "platform": "demo"}
    return TableSource.model_validate(wish | {"extra": extra} | more)


def read(text: str, source: TableSource) -> TablePortion:
    lines = text.encode().splitlines(keepends=True)
    return read_table(lines, source=source, limit=100)


def extras(portion: TablePortion) -> list[dict[str, Any] | None]:
    return [one.extra for one in portion.profiles]


def test_further_columns_of_a_csv_file_are_numbers_where_they_look_like_one() -> None:
    source = table({"team": "Team size", "rating": "Rating", "id": "Id"})
    read_rows = read(
        "handle,Team size,Rating,Id\nmira,12,4.5,007\ntal,-3,n/a,x y\nnoa,,,\n", source
    )
    assert extras(read_rows) == [
        {"team": 12, "rating": 4.5, "id": "007"},
        {"team": -3, "id": "x y"},
        None,
    ]


def test_further_members_of_json_lines_keep_their_kind() -> None:
    source = table(
        {"open": "open", "depth": "a.depth", "huge": "huge", "list": "list"},
        form="json_lines",
    )
    lines = (
        '{"handle": "mira", "open": true, "a": {"depth": 1.5}, "huge": 1e300}\n'
        '{"handle": "tal", "open": "yes", "list": [1]}\n'
    )
    found = read(lines, source)
    assert extras(found) == [{"open": True, "depth": 1.5}, {"open": "yes"}]
    assert [one.reason for one in found.unclear] == [
        "extra.list: [1] is not text; left unknown"
    ]


def test_a_table_without_the_further_column_is_refused() -> None:
    with pytest.raises(InvalidError, match="no column 'Team'") as refused:
        read("handle,Size\nmira,3\n", table({"team": "Team"}))
    assert refused.value.details["fields"][0]["path"] == "source.extra.team"


@pytest.mark.parametrize("name", ["followers", "engagement", "topics"])
def test_a_further_column_may_not_be_called_as_a_field_is(name: str) -> None:
    with pytest.raises(InvalidError, match="call the further column something else"):
        read("handle,x\nmira,3\n", table({name: "x"}))


@pytest.mark.parametrize("name", ["class", "extra"])
def test_a_further_field_is_called_by_a_word_that_expressions_can_say(
    name: str,
) -> None:
    with pytest.raises(ValidationError, match="call it something else"):
        table({name: "c"})
    with pytest.raises(ValidationError, match="call it something else"):
        Recipe.model_validate(RECIPE.model_dump() | {"extra": {name: []}})


def test_further_places_of_a_page_are_read_as_the_recipe_says() -> None:
    page = read_page(PAGE, url="https://demo.example/mira", recipe=RECIPE)
    assert page.extra == {
        "team_size": 12,
        "rank": 1200,
        "is_open": True,
        "job": "Potter",
    }


def test_an_expression_weighs_a_further_column() -> None:
    criteria = Criteria.model_validate({"expressions": [{"expression": "team > 10"}]})
    check_extra_names(criteria, table({"team": "Team size"}).model_dump())
    (mira,) = read("handle,Team size\nmira,12\n", table({"team": "Team size"})).profiles
    assert score_public_profile(mira, criteria).score == 100
    unknown = AcquiredProfile(platform="demo", handle="tal")
    assert score_public_profile(unknown, criteria).confidence == 0


def test_an_expression_on_a_column_that_was_not_chosen_is_refused() -> None:
    criteria = Criteria.model_validate({"expressions": [{"expression": "team > 10"}]})
    with pytest.raises(InvalidError, match="no field team"):
        check_extra_names(criteria, table({"size": "Team size"}).model_dump())
