"""A public profile is stored once a campaign, whatever its handle's case."""

import pytest

from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import store_handles

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
