"""
Recorded pages and records of real services, read field by field.

Nothing may be wrong, missing or invented. Runs when they lie beside the checkout.
"""

import io
import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from config.recipes import find_recipe
from tasks.public_profiles.read_page import read_page
from tasks.public_profiles.read_table import read_table
from tasks.public_profiles.schemas import (
    PROFILE_FIELDS,
    AcquiredProfile,
    TableSource,
)

RECORDED = Path(__file__).parents[3] / "shared" / "data"
LIST = RECORDED / "expected.json"
EXPECTED: list[dict[str, Any]] = (
    json.loads(LIST.read_text("utf-8")) if LIST.is_file() else []
)
PAGES = [entry for entry in EXPECTED if entry["file"].startswith("html/")]
RECORDS = [entry for entry in EXPECTED if entry["file"].startswith("api/")]
COUNTS = ("followers", "following", "posts")

COLUMNS = {
    "youtube": {
        "handle": "snippet.customUrl",
        "display_name": "snippet.title",
        "bio": "snippet.description",
        "followers": "statistics.subscriberCount",
        "posts": "statistics.videoCount",
        "external_id": "id",
    },
    "x": {
        "handle": "username",
        "display_name": "name",
        "bio": "description",
        "location": "location",
        "followers": "public_metrics.followers_count",
        "following": "public_metrics.following_count",
        "posts": "public_metrics.tweet_count",
        "verified": "verified",
        "external_id": "id",
    },
    "bluesky": {
        "handle": "handle",
        "display_name": "displayName",
        "bio": "description",
        "followers": "followersCount",
        "following": "followsCount",
        "posts": "postsCount",
        "external_id": "did",
    },
    "mastodon": {
        "handle": "acct",
        "display_name": "display_name",
        "bio": "note",
        "url": "url",
        "followers": "followers_count",
        "following": "following_count",
        "posts": "statuses_count",
        "external_id": "id",
    },
}
"""Platform -> the mapping of columns a person would enter for its records."""


def named(entry: dict[str, Any]) -> str:
    return f"{entry['file'].rsplit('/')[-1]}{entry.get('record', '')}"


def compare(profile: AcquiredProfile, entry: dict[str, Any]) -> list[str]:
    """Return every field that is wrong, missing or, being a count, invented."""
    faults = []
    for name in PROFILE_FIELDS:
        read = getattr(profile, name)
        if name in entry and read != entry[name]:
            word = "missing" if read is None else "wrong"
            faults.append(f"{name} is {word}: {read!r}, not {entry[name]!r}")
        if name in COUNTS and name not in entry and read is not None:
            faults.append(f"{name} is invented: {read!r}")
    return faults


def record_at(entry: dict[str, Any]) -> Any:
    """Return the record that a path such as `$.items[0]` names."""
    value = json.loads((RECORDED / entry["file"]).read_text("utf-8"))
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", entry["record"]):
        value = value[key] if key else value[int(index)]
    return value


if EXPECTED:

    @pytest.mark.parametrize("recipe", ["its own", "any-public-page"])
    @pytest.mark.parametrize("entry", PAGES, ids=named)
    def test_a_recorded_page_is_read_as_expected(
        entry: dict[str, Any], recipe: str
    ) -> None:
        name = entry["platform"] if recipe == "its own" else recipe
        body = (RECORDED / entry["file"]).read_bytes()
        url = f"http://127.0.0.1:9/{entry['file']}"
        assert compare(read_page(body, url=url, recipe=find_recipe(name)), entry) == []

    @pytest.mark.parametrize("entry", RECORDS, ids=named)
    def test_a_recorded_record_is_read_as_expected_from_a_table(
        entry: dict[str, Any],
    ) -> None:
        source = TableSource(
            table_id=UUID(int=1),
            form="json_lines",
            columns=COLUMNS[entry["platform"]],
            platform=entry["platform"],
        )
        line = json.dumps(record_at(entry)).encode()
        portion = read_table(io.BytesIO(line), source=source, limit=10)
        assert portion.unreadable == portion.unclear == []
        [profile] = portion.profiles
        assert compare(profile, entry) == []
