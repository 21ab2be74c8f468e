"""Which column of a table is likely to hold which field."""

import pytest

from tasks.public_profiles.expressions import FIELDS as EXPRESSION_FIELDS
from tasks.public_profiles.schemas import PROFILE_FIELDS
from ui.console.column_guesses import (
    FIELDS,
    NAMES,
    guess_columns,
    name_extra_columns,
)


def test_the_form_offers_every_field_of_a_public_profile() -> None:
    assert set(FIELDS) == set(NAMES) == set(PROFILE_FIELDS)


def test_the_columns_of_a_plain_table_are_recognised() -> None:
    columns = ["id", "handle", "name", "url", "bio", "followers", "picture"]
    assert guess_columns(columns) == {
        "external_id": "id",
        "handle": "handle",
        "display_name": "name",
        "url": "url",
        "bio": "bio",
        "followers": "followers",
        "picture_url": "picture",
    }


def test_dotted_paths_are_recognised_by_their_last_part() -> None:
    columns = ["account.userName", "counts.followers", "counts.posts"]
    assert guess_columns(columns) == {
        "handle": "account.userName",
        "followers": "counts.followers",
        "posts": "counts.posts",
    }


@pytest.mark.parametrize("column", ["Follower Count", "followersCount", "FOLLOWERS"])
def test_spelling_does_not_matter(column: str) -> None:
    assert guess_columns([column]) == {"followers": column}


def test_a_whole_name_wins_over_the_end_of_a_path() -> None:
    assert guess_columns(["owner.name", "name"])["display_name"] == "name"


def test_what_is_not_recognised_is_not_guessed() -> None:
    assert guess_columns(["colour", "weight", ""]) == {}


def test_further_columns_get_names_that_an_expression_can_say() -> None:
    columns = ["Team size", "openJobs", "2. Rating (%)", "職種", "Team-Size"]
    assert name_extra_columns(columns) == {
        "team_size": "Team size",
        "open_jobs": "openJobs",
        "rating": "2. Rating (%)",
    }


@pytest.mark.parametrize(
    "name", sorted({*EXPRESSION_FIELDS, *FIELDS, "extra", "class"})
)
def test_no_further_column_is_called_as_something_else_is(name: str) -> None:
    assert name_extra_columns([name]) == {f"{name}_column": name}
