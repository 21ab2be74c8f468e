"""Dates, counts and states as an operator reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from config.vocabulary import CampaignRunState, CampaignState, Decision
from ui.console.words import (
    SIGNS,
    badge,
    count_in_words,
    counted,
    moment_in_words,
    plain,
    seconds_in_words,
    sign_of,
    source_in_words,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_count_nobody_stated_is_unknown_and_never_0() -> None:
    assert count_in_words(None) == "unknown"
    assert count_in_words(0) == "0"
    assert count_in_words(1_234_567) == "1,234,567"


def test_a_counted_thing_is_singular_only_once() -> None:
    assert counted(1, "row") == "1 row"
    assert counted(0, "row") == "0 rows"
    assert counted(2_000, "person", "people") == "2,000 people"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=12, seconds=30), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "20 Nov 2026, 12:00 UTC"),
        (-timedelta(seconds=2), "just now"),
    ],
)
def test_a_moment_is_told_by_its_distance(past: timedelta, words: str) -> None:
    assert moment_in_words(NOON - past, now=NOON) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (59.9, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7_830, "2 h 10 min"),
    ],
)
def test_a_length_of_time_is_as_exact_as_it_helps(seconds: float, words: str) -> None:
    assert seconds_in_words(seconds) == words


def test_every_state_has_a_word_an_icon_and_a_colour() -> None:
    for state in (*CampaignState, *CampaignRunState, *Decision):
        assert all(SIGNS[state])
    assert badge("failed") == ":red-badge[:material/error: Failed]"


def test_a_state_we_do_not_know_is_shown_as_it_is() -> None:
    assert sign_of("resting").word == "Resting"


def test_outside_text_cannot_write_markdown() -> None:
    assert plain("a *b*\n:red[c]") == r"a \*b\* \:red\[c\]"


def test_a_source_is_told_in_one_line() -> None:
    table = {"kind": "table", "columns": {"handle": "user", "bio": "about"}}
    pages = {"kind": "html_pages", "listing_url": "https://people.example/all"}
    assert source_in_words(table) == "Table with 2 mapped columns"
    assert source_in_words(pages) == "Pages listed at https://people.example/all"
    tested = pages | {"kind": "browser_pages", "leakTest": {"maxAgeMinutes": 60}}
    said = source_in_words(tested)
    assert said.endswith("in browsers with a passed leak test no older than 60 min")


@pytest.mark.parametrize(
    ("way_out", "said"),
    [
        ({"exit": {"vpn": "nl"}}, ", by the VPN location nl"),
        ({"proxies": {}}, ", through proxies"),
        (
            {"proxies": {"tags": ["fast", "de"], "country": "DE"}},
            ", through proxies tagged fast and de in DE",
        ),
    ],
)
def test_a_source_tells_its_way_out(way_out: dict[str, object], said: str) -> None:
    pages = {"kind": "html_pages", "listingUrl": "https://people.example/all"}
    assert source_in_words(pages | way_out).endswith(f"/all{said}")
