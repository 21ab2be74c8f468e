"""Who is the same person, and who is not."""

import pytest

from tasks.public_profiles.handles import handle_key_of


@pytest.mark.parametrize(
    ("platform", "handle", "url", "key"),
    [
        ("instagram", "Mira.Clay", "https://instagram.com/mira.clay", "mira.clay"),
        ("mastodon", "Mira", "https://one.example/@Mira", "mira@one.example"),
        ("mastodon", "Mira", "https://two.example/@Mira", "mira@two.example"),
        ("mastodon", "mira@ONE.example", None, "mira@one.example"),
        ("mastodon", "mira@b.example", "https://a.example/@mira@b.example", None),
        ("mastodon", "Mira", None, "mira"),
    ],
)
def test_a_handle_is_told_apart_by_its_server_where_there_are_many(
    platform: str, handle: str, url: str | None, key: str | None
) -> None:
    expected = key or handle.casefold()
    assert handle_key_of(handle, platform=platform, url=url) == expected
