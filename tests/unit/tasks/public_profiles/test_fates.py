"""What became of a portion's items adds up to them."""

import pytest

from config.errors import (
    BusyError,
    OutsideError,
    RefusedError,
    UnreachableError,
    UnreadableError,
)
from config.recipes.json_api import find_api_recipe
from config.vocabulary import Fate
from tasks.clients.json_answers import NotThereError
from tasks.public_profiles.acquire import AcquiredPortion
from tasks.public_profiles.api_inputs import list_values, narrow_to
from tasks.public_profiles.fates import count_fates
from tasks.public_profiles.read_api import fate_of_error
from tasks.public_profiles.schemas import JsonApiSource, Unreadable


def test_the_fates_of_a_portion_add_up_to_its_items() -> None:
    portion = AcquiredPortion(
        position={},
        ended=False,
        unreadable=[
            Unreadable(reference="/a", reason="404", fate=Fate.GONE),
            Unreadable(reference="/b", reason="503", fate=Fate.LOST),
            Unreadable(reference="line 3", reason="it has no handle"),
        ],
        unclear=[Unreadable(reference="/c", reason="not a count")],
        unchanged=2,
    )
    counts = count_fates(portion, read=5, allowed=4, fresh=3)
    assert counts == {
        Fate.ACQUIRED: 3,
        Fate.DUPLICATE: 1,
        Fate.UNCHANGED: 2,
        Fate.BARRED: 1,
        Fate.GONE: 1,
        Fate.LOST: 1,
        Fate.NO_PROFILE: 1,
    }
    assert sum(counts.values()) == 5 + 3 + 2


def test_a_portion_of_nothing_counts_nothing() -> None:
    nothing = AcquiredPortion({}, ended=True)
    assert count_fates(nothing, read=0, allowed=0, fresh=0) == {}


@pytest.mark.parametrize(
    ("failure", "fate"),
    [
        (NotThereError("x"), Fate.GONE),
        (BusyError("x"), Fate.RATE_LIMITED),
        (RefusedError("x"), Fate.BLOCKED),
        (UnreadableError("x"), Fate.NO_PROFILE),
        (UnreachableError("x"), Fate.LOST),
    ],
)
def test_a_value_that_could_not_be_asked_for_has_one_fate(
    failure: OutsideError, fate: Fate
) -> None:
    assert fate_of_error(failure) is fate


def test_a_source_is_narrowed_to_the_values_that_failed() -> None:
    recipe = find_api_recipe("github-users")
    source = JsonApiSource.model_validate(
        {"recipe": "github-users", "inputs": {"logins": ["ana", "bo", "cy"]}}
    )
    narrowed = narrow_to(source, recipe, {"cy", "bo", "https://elsewhere.example"})
    assert narrowed is not None
    assert list_values(narrowed, recipe) == ("bo", "cy")
    assert narrow_to(source, recipe, {"dee"}) is None


def test_a_source_without_a_list_has_no_values_to_narrow_to() -> None:
    source = JsonApiSource.model_validate(
        {"recipe": "bluesky-search", "inputs": {"query": "x"}}
    )
    assert narrow_to(source, find_api_recipe("bluesky-search"), {"x"}) is None
