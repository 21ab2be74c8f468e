"""Where the reading of an interface stands, and that every ring is noticed."""

from typing import Any

import orjson
import pytest

from config.recipes.json_api import find_api_recipe
from tasks.public_profiles.api_place import (
    ApiPlace,
    after_page,
    paging_parameter,
    place_from,
)

SEARCH = find_api_recipe("bluesky-search")
DIRECTORY = find_api_recipe("mastodon-directory")
FIRST = ApiPlace(recipe_version=SEARCH.version)


def go_on(place: ApiPlace, cursor: Any, record: Any = None) -> ApiPlace:
    records = [record if record is not None else cursor]
    after, _ = after_page(
        SEARCH,
        place,
        records=records,
        document={"cursor": cursor},
        next_url=None,
        chunks=1,
    )
    return after


def test_a_position_survives_being_stored_as_json() -> None:
    place = go_on(go_on(FIRST, "a"), "b")
    stored = orjson.loads(orjson.dumps(place.as_json()))
    assert place_from(stored, SEARCH) == place
    assert place_from({}, SEARCH) == FIRST


def test_a_recipe_that_changed_begins_anew() -> None:
    stored = go_on(FIRST, "a").as_json()
    newer = SEARCH.model_copy(update={"version": SEARCH.version + 1})
    assert place_from(stored, newer) == ApiPlace(recipe_version=newer.version)


def test_a_position_with_members_of_a_later_version_is_read() -> None:
    stored = go_on(FIRST, "a").as_json() | {"new_member": 1}
    assert place_from(stored, SEARCH).at == "a"


@pytest.mark.parametrize("length", [1, 2, 31, 32, 33, 100, 500])
def test_a_ring_of_any_length_ends_before_long(length: int) -> None:
    place, pages = FIRST, 0
    while not place.listing_ended:
        place = go_on(place, f"c{pages % length}", record=pages)
        pages += 1
    assert pages <= 3 * length + 2
    assert len(place.seen) <= 64


def test_a_long_listing_is_not_taken_for_a_ring_and_its_position_stays_small() -> None:
    place = FIRST
    for number in range(5_000):
        place = go_on(place, number)
    assert not place.listing_ended
    assert len(orjson.dumps(place.as_json())) < 2_500


@pytest.mark.parametrize("cursor", [None, "", True, [], {}])
def test_what_is_no_cursor_ends_the_listing(cursor: Any) -> None:
    assert go_on(FIRST, cursor, record=1).listing_ended


def test_an_offset_goes_on_by_what_came_and_ends_at_an_empty_page() -> None:
    place = ApiPlace(recipe_version=1)
    assert paging_parameter(DIRECTORY.paging, place) == {}
    place, _ = after_page(
        DIRECTORY, place, records=[1, 2], document=[], next_url=None, chunks=1
    )
    assert paging_parameter(DIRECTORY.paging, place) == {"offset": "2"}
    place, odd = after_page(
        DIRECTORY, place, records=[], document=[], next_url=None, chunks=1
    )
    assert (place.listing_ended, odd) == (True, None)
