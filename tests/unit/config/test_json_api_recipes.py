"""The bundled recipes for JSON interfaces, and what a recipe may not say."""

import pytest

from config.errors import InvalidError, SetupError
from config.recipes.json_api import (
    find_api_recipe,
    list_api_recipes,
    parse_api_recipe,
)
from tasks.public_profiles.schemas import PROFILE_FIELDS

WANTED = {
    "mastodon-directory",
    "mastodon-search",
    "mastodon-followers",
    "bluesky-search",
    "bluesky-follows",
    "youtube-channels",
    "youtube-search",
    "x-users",
    "instagram-business",
    "github-users",
    "activitypub-actor",
}
SMALLEST = """
kind: json_api
version: 1
about: People.
documentation: none
platform: demo
request: {path: /people}
fields: {handle: name}
"""


def test_the_documented_services_have_recipes() -> None:
    assert set(list_api_recipes()) >= WANTED


@pytest.mark.parametrize("name", list_api_recipes())
def test_a_bundled_recipe_names_only_fields_that_exist(name: str) -> None:
    recipe = find_api_recipe(name)
    assert set(recipe.fields) | set(recipe.counts) <= set(PROFILE_FIELDS)
    assert "handle" in recipe.fields
    assert recipe.documentation.startswith("https://")
    assert recipe.base is None or recipe.base.startswith("https://")


def test_an_unknown_recipe_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidError, match="bluesky-search"):
        find_api_recipe("no-such-service")
    with pytest.raises(InvalidError, match="there is no recipe"):
        find_api_recipe("../json_api/x-users")


@pytest.mark.parametrize(
    ("said", "instead", "complaint"),
    [
        ("handle: name", "handle: 'name['", "is not JMESPath"),
        ("path: /people", "path: '/${unknown}'", "unknown values: ..unknown"),
        ("path: /people", "path: /people, url: 'http://a'", "either path or url"),
        ("version: 1", "version: 0", "greater than or equal to 1"),
        ("version: 1", "surprise: 1", "Extra inputs are not permitted"),
        ("kind: json_api", "kind: html_pages", "json_api"),
        ("fields:", "paging: {by: cursor, parameter: c}\nfields:", "where it stands"),
        ("fields:", "paging: {by: page}\nfields:", "needs the parameter's name"),
        ("fields:", "each: {input: names}\nfields:", "each names no input"),
        ("about: People.", "about: [", "cannot be read"),
    ],
)
def test_a_recipe_that_makes_no_sense_says_where(
    said: str, instead: str, complaint: str
) -> None:
    parse_api_recipe("odd", SMALLEST)
    with pytest.raises(SetupError, match=complaint):
        parse_api_recipe("odd", SMALLEST.replace(said, instead))
