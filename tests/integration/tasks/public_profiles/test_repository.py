"""A public profile is stored once a campaign, and as its source states it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tasks.database import transaction
from tasks.models import PublicProfile
from tasks.public_profiles.schemas import EARLIEST, PROFILE_FIELDS
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import store_handles

LARGEST = 2**63 - 1
TOKYO = timezone(timedelta(hours=9))

pytestmark = pytest.mark.usefixtures("database")


def test_the_same_handle_is_not_stored_twice() -> None:
    taken = create_taken_run()
    assert len(store_handles(taken, "mira", "Mira", "tal")) == 2
    assert len(store_handles(taken, "MIRA", "new")) == 1


def test_each_campaign_has_its_own() -> None:
    assert len(store_handles(create_taken_run(), "mira")) == 1
    assert len(store_handles(create_taken_run(), "mira")) == 1


def test_a_character_that_postgres_cannot_hold_does_not_stop_a_portion() -> None:
    assert len(store_handles(create_taken_run(), "mi\0ra", "tal")) == 2


def test_the_same_name_on_two_servers_of_a_platform_is_two_people() -> None:
    taken = create_taken_run()
    for server, new in (("one.example", 1), ("two.example", 1), ("one.example", 0)):
        stored = store_handles(
            taken, "mira", platform="mastodon", url=f"https://{server}/@mira"
        )
        assert len(stored) == new


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({}, id="nothing but its handle"),
        pytest.param(
            {
                "display_name": "Mira “Tal” 🏺",
                "url": "https://one.example/@mira",
                "external_id": "4711",
                "bio": "Töpferin\n\tund \\N Glasur",
                "followers": 0,
                "following": LARGEST,
                "posts": 12,
                "verified": True,
                "kind": "person",
                "location": "東京",
                "language": "de-AT",
                "topics": ("pottery", "ギター", 'a "quoted", word'),
                "picture_url": "https://one.example/mira.png",
                "joined_at": EARLIEST,
                "last_post_at": datetime(2026, 3, 31, 8, 30, 0, 123_456, TOKYO),
                "reactions_per_post": 0.1,
                "extra": {"open": True, "links": 3, "said": "yes", "share": 0.25},
            },
            id="everything",
        ),
        pytest.param(
            {"verified": False, "joined_at": datetime(1999, 12, 31, tzinfo=UTC)},
            id="before the year from which PostgreSQL counts",
        ),
    ],
)
def test_what_a_source_states_comes_back_as_it_was(stated: dict[str, object]) -> None:
    (one,) = store_handles(create_taken_run(), "mira", **stated)
    with transaction() as session:
        stored = session.get_one(PublicProfile, one)
        found = {name: getattr(stored, name) for name in (*PROFILE_FIELDS, "extra")}
    found["topics"] = tuple(found["topics"])
    unknown = dict.fromkeys(found)
    expected = {"platform": "demo", "handle": "mira", "topics": ()} | stated
    assert found == unknown | expected
