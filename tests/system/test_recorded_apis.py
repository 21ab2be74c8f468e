"""
Recorded answers of real services, served to the bundled recipes and read by them.

Nothing may be wrong, missing or invented. Runs when they lie beside the checkout.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.recipes.json_api import find_api_recipe
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.json_door import ApiManners, JsonDoor
from tasks.public_profiles.acquire_api import ApiReading
from tasks.public_profiles.schemas import (
    PROFILE_FIELDS,
    AcquiredProfile,
    JsonApiSource,
)
from tests.fixtures.json_service import Said, json_service

RECORDED = Path(__file__).parents[3] / "shared" / "data"
LIST = RECORDED / "expected.json"
EXPECTED: list[dict[str, Any]] = (
    json.loads(LIST.read_text("utf-8")) if LIST.is_file() else []
)
COUNTS = ("followers", "following", "posts")


class Recording(NamedTuple):
    """A file, the recipe that reads it, and where the service answers it."""

    recipe: str
    path: str
    inputs: dict[str, Any]
    records: int


RECORDINGS = {
    "api/youtube/channels__info_multiple.json": Recording(
        "youtube-channels",
        "/youtube/v3/channels",
        {"channels": ["UCK8sQmJBp8GCxrOtXWBpyEA", "UC_x5XG1OV2P6uZZ5FSM9Ttw"]},
        2,
    ),
    "api/youtube/search__search_channels.json": Recording(
        "youtube-search", "/youtube/v3/search", {"query": "x"}, 5
    ),
    "api/twitter-v2/users_resp.json": Recording(
        "x-users", "/2/users/by", {"usernames": ["Twitter", "TwitterDev"]}, 2
    ),
    "api/twitter-v2/search_users_resp.json": Recording(
        "x-search", "/2/users/search", {"query": "x"}, 23
    ),
    "api/bluesky/get_follows.json": Recording(
        "bluesky-follows", "/xrpc/app.bsky.graph.getFollows", {"actor": "x"}, 6
    ),
    "api/mastodon/account_lookup.json": Recording(
        "mastodon-accounts", "/api/v1/accounts/lookup", {"accounts": "a"}, 1
    ),
    "api/mastodon/account_search.json": Recording(
        "mastodon-search", "/api/v1/accounts/search", {"query": "x"}, 2
    ),
    "api/mastodon/directory.json": Recording(
        "mastodon-directory", "/api/v1/directory", {}, 1
    ),
}


def answers_in(file: str) -> list[Any]:
    """Return the answers of a recording; some hold several, each with its address."""
    document = json.loads((RECORDED / file).read_text("utf-8"))
    is_series = isinstance(document, list) and document and "body" in document[0]
    return [one["body"] for one in document] if is_series else [document]


def read_recorded(recording: Recording, answer: Any) -> list[AcquiredProfile]:
    """Serve one answer, and read it once with its recipe."""
    recipe = find_api_recipe(recording.recipe)
    with json_service() as service:
        service.routes[recording.path] = lambda _: Said(answer)
        source = JsonApiSource(
            recipe=recipe.name, base_url=service.url, inputs=recording.inputs
        )
        door = JsonDoor(
            limits=PublicProfilesSettings(), manners=ApiManners(hosts=(service.host,))
        )
        with closing(ApiReading(source, recipe, door)) as reading:
            portion = reading.acquire(position={}, limit=recording.records)
    assert list(portion.unreadable) == []
    notes = [one.reason for one in portion.unclear]
    assert all("came back" in note for note in notes)  # it says the same to all pages
    return list(portion.profiles)


def compare(read: AcquiredProfile, entry: dict[str, Any]) -> list[str]:
    """Return what is wrong or missing, and what the entry does not state."""
    named = [name for name in PROFILE_FIELDS if name in entry]
    unstated = [name for name in (*COUNTS, "url") if name not in entry]
    faults = [
        f"{name}: {getattr(read, name)!r}, not {entry[name]!r}"
        for name in named
        if getattr(read, name) != entry[name]
    ]
    return faults + [
        f"{name} is invented" for name in unstated if getattr(read, name) is not None
    ]


def entry_of(read: AcquiredProfile, file: str) -> dict[str, Any] | None:
    same = (
        one
        for one in EXPECTED
        if one["file"] == file and one["external_id"] == read.external_id
    )
    return next(same, None)


if EXPECTED:

    @pytest.mark.parametrize("file", RECORDINGS)
    def test_a_recorded_answer_is_read_as_expected(file: str) -> None:
        recording = RECORDINGS[file]
        compared = 0
        for answer in answers_in(file):
            read = read_recorded(recording, answer)
            for one in read:
                entry = entry_of(one, file)
                if entry is not None:
                    assert compare(one, entry) == []
                    compared += 1
        entries = [one for one in EXPECTED if one["file"] == file]
        assert compared == len(entries)

    @pytest.mark.parametrize("file", RECORDINGS)
    def test_every_record_of_the_first_answer_is_read(file: str) -> None:
        recording = RECORDINGS[file]
        read = read_recorded(recording, answers_in(file)[0])
        assert len(read) == recording.records

    def test_a_search_that_states_no_counts_yields_none() -> None:
        for file in (
            "api/youtube/search__search_channels.json",
            "api/twitter-v2/search_users_resp.json",
        ):
            for one in read_recorded(RECORDINGS[file], answers_in(file)[0]):
                assert (one.followers, one.following, one.posts) == (None, None, None)
                assert one.verified is None
