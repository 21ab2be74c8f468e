"""Pure: which column of a table is likely to hold which field of a public profile."""

import re
from collections.abc import Iterable, Mapping

from config.recipes.parts import is_free_word

FIELDS: Mapping[str, str] = {
    "handle": "Handle",
    "display_name": "Display name",
    "url": "Address of the profile",
    "platform": "Platform",
    "bio": "Description",
    "followers": "Followers",
    "following": "Following",
    "posts": "Posts",
    "verified": "Verified",
    "kind": "Kind",
    "location": "Location",
    "language": "Language",
    "topics": "Topics",
    "picture_url": "Address of the picture",
    "external_id": "Id at the source",
    "joined_at": "Account opened on",
    "last_post_at": "Last post on",
    "reactions_per_post": "Reactions a post",
}
"""Field of a public profile -> how the form calls it, the important ones first."""

LONGEST_NAME = 30
_MADE_OF_FIELDS = frozenset({"engagement", "days_since_post", "account_age_days"})
"""What expressions call by a name although no column states it."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "handle": (
        "handle",
        "username",
        "user_name",
        "screen_name",
        "login",
        "account",
        "acct",
        "nickname",
        "unique_id",
    ),
    "display_name": (
        "display_name",
        "full_name",
        "name",
        "title",
        "real_name",
        "label",
    ),
    "url": (
        "url",
        "profile_url",
        "html_url",
        "link",
        "profile_link",
        "href",
        "web_url",
        "permalink",
        "uri",
    ),
    "platform": ("platform", "network", "service", "site", "channel"),
    "bio": (
        "bio",
        "biography",
        "description",
        "about",
        "summary",
        "note",
        "headline",
        "tagline",
    ),
    "followers": (
        "followers",
        "followers_count",
        "follower_count",
        "num_followers",
        "subscribers",
        "subscriber_count",
        "fans",
    ),
    "following": (
        "following",
        "following_count",
        "follows_count",
        "followings",
        "friends",
        "friends_count",
        "follows",
    ),
    "posts": (
        "posts",
        "posts_count",
        "post_count",
        "statuses_count",
        "statuses",
        "media_count",
        "videos",
        "video_count",
        "public_repos",
        "works_count",
        "tweets",
    ),
    "verified": ("verified", "is_verified", "blue_verified", "official"),
    "kind": ("kind", "type", "account_type", "category", "profile_type"),
    "location": ("location", "city", "place", "country", "region", "area"),
    "language": ("language", "lang", "locale", "languages"),
    "topics": ("topics", "tags", "hashtags", "interests", "categories", "keywords"),
    "picture_url": (
        "picture_url",
        "picture",
        "avatar",
        "avatar_url",
        "image",
        "image_url",
        "photo",
        "photo_url",
        "profile_image_url",
        "profile_pic_url",
        "thumbnail",
    ),
    "external_id": ("external_id", "id", "user_id", "uid", "account_id", "source_id"),
    "joined_at": ("joined_at", "joined", "member_since", "account_created_at"),
    "last_post_at": ("last_post_at", "last_status_at", "last_active_at", "last_seen"),
    "reactions_per_post": ("reactions_per_post", "mean_reactions"),
}
"""Field -> what sources call it, the surest name first."""


def guess_columns(columns: Iterable[str]) -> dict[str, str]:
    """
    Return field -> column for every field whose column is recognised by its name.

    A dotted path (`counts.followers`) is recognised as a whole or by its last part. No
    column is given to two fields.
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain_name(column), column)
    for column in columns:
        by_name.setdefault(_plain_name(column.rpartition(".")[2]), column)
    guesses: dict[str, str] = {}
    for field in FIELDS:
        found = [by_name[name] for name in NAMES[field] if name in by_name]
        free = [column for column in found if column not in guesses.values()]
        if free:
            guesses[field] = free[0]
    return guesses


def name_extra_columns(columns: Iterable[str]) -> dict[str, str]:
    """
    Return name -> column, by names that an expression can say.

    A column that is called as a field of every public profile is, or by a word that
    means something else there, gets a suffix; one of
    whose name nothing is left is left out.
    """
    named: dict[str, str] = {}
    for column in columns:
        plain = re.sub(r"[^a-z0-9]+", "_", _plain_name(column)).strip("_")
        name = re.sub(r"^[0-9_]+", "", plain)[:LONGEST_NAME]
        if name in FIELDS or name in _MADE_OF_FIELDS or not is_free_word(name):
            name = f"{name}_column"
        if name:
            named.setdefault(name, column)
    return named


def _plain_name(column: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
