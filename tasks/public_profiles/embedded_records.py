"""
The record of a person in the JSON that a page's scripts start with.

A record counts only if it carries the page's own handle, so that suggested or mentioned
people are never taken for it. Services name the same things differently; the names are
those of their public interfaces and page data.
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.public_profiles.handles import normalise_handle
from tasks.public_profiles.opened_page import OpenedPage
from tasks.public_profiles.page_data import assigned_values, parse_json, walk_json
from tasks.public_profiles.recipe_places import read_counted

HANDLE_NAMES = (
    "username",
    "userName",
    "user_name",
    "uniqueId",
    "unique_id",
    "screen_name",
    "screenName",
    "login",
    "handle",
    "permalink",
    "vanity",
    "slug",
    "preferredUsername",
    "acct",
    "nickName",
)
COUNT_NAMES = {
    "followers": (
        "followers_count",
        "follower_count",
        "followersCount",
        "followerCount",
        "edge_followed_by",
        "subscriber_count",
        "subscribers_count",
        "subscriberCount",
        "subscribersCount",
        "followers",
        "subscribers",
        "fans_count",
        "fansCount",
    ),
    "following": (
        "following_count",
        "followings_count",
        "followingCount",
        "followingsCount",
        "friends_count",
        "follows_count",
        "followsCount",
        "edge_follow",
        "following",
        "followings",
    ),
    "posts": (
        "statuses_count",
        "statusesCount",
        "tweet_count",
        "media_count",
        "posts_count",
        "post_count",
        "postsCount",
        "postCount",
        "edge_owner_to_timeline_media",
    ),
}
TEXT_NAMES = {
    "display_name": (
        "display_name",
        "displayName",
        "full_name",
        "fullName",
        "nickname",
        "name",
    ),
    "bio": ("biography", "bio", "signature", "about", "description"),
    "external_id": ("id_str", "rest_id", "pk", "did", "id"),
    "location": ("location",),
}
VERIFIED_NAMES = ("is_verified", "isVerified", "verified", "is_blue_verified")
_NESTS = (
    "stats",
    "statsV2",
    "statistics",
    "counts",
    "metrics",
    "public_metrics",
    "legacy",
    "core",
    "profile",
    "relationship_counts",
    "verification",
)
_TOTALS = ("count", "totalCount", "total_count", "total")
_WORTH_A_LOOK = re.compile(
    r"follow(?:er|ing|s|ed)s?_?(?:by|count)|subscribers?_?count|\"followers\"",
    re.IGNORECASE,
)


def read_embedded_record(page: OpenedPage, *, handle: str) -> dict[str, Any]:
    """
    Return what the page's data says of the handle.

    A field on which two records of the handle differ is left out.
    """
    found: dict[str, list[Any]] = {}
    for data in _embedded_data(page, handle=handle):
        for record in _records(data, handle=handle):
            for field, value in record.items():
                found.setdefault(field, []).append(value)
    return {
        field: values[0]
        for field, values in found.items()
        if field in TEXT_NAMES or all(value == values[0] for value in values)
    }


def _embedded_data(page: OpenedPage, *, handle: str) -> Iterator[Any]:
    if not _WORTH_A_LOOK.search(page.text):
        return
    wanted = handle.split("@", 1)[0].casefold()
    for script in page.tree.css("script"):
        kind = script.attributes.get("type") or ""
        text = script.text()
        if "ld+json" in kind or not _WORTH_A_LOOK.search(text.replace("\\", "")):
            continue
        if wanted not in text.casefold():
            continue
        value = parse_json(text) if text.lstrip()[:1] in {"{", "["} else None
        if value is not None:
            yield value
        else:
            yield from assigned_values(text)


def _records(data: Any, *, handle: str) -> Iterator[dict[str, Any]]:
    wanted = handle.casefold()
    for value in walk_json(data):
        if not isinstance(value, dict):
            continue
        if _carries(value, wanted):
            yield _read_record([value, *_nested(value)])
        for member in value.values():  # the user on one side, its counts beside it
            if isinstance(member, dict) and _carries(member, wanted):
                beside = [value[name] for name in _NESTS if name in value]
                yield _read_record([each for each in beside if isinstance(each, dict)])


def _carries(record: dict[str, Any], wanted: str) -> bool:
    names = (record.get(name) for name in HANDLE_NAMES)
    return any(
        isinstance(name, str) and (normalise_handle(name) or "").casefold() == wanted
        for name in names
    )


def _nested(record: dict[str, Any]) -> list[dict[str, Any]]:
    nested = (record.get(name) for name in _NESTS)
    return [each for each in nested if isinstance(each, dict)]


def _read_record(sources: list[dict[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, names in COUNT_NAMES.items():
        counts = (_count_of(source.get(name)) for name in names for source in sources)
        fields[field] = next((each for each in counts if each is not None), None)
    for field, names in TEXT_NAMES.items():
        texts = (source.get(name) for source in sources for name in names)
        fields[field] = next((text for each in texts if (text := _text(each))), None)
    flags = (source.get(name) for source in sources for name in VERIFIED_NAMES)
    fields["verified"] = next((each for each in flags if isinstance(each, bool)), None)
    return {field: value for field, value in fields.items() if value is not None}


def _count_of(value: Any) -> int | None:
    if isinstance(value, dict):
        value = next((value[name] for name in _TOTALS if name in value), None)
    return read_counted(value)


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None
