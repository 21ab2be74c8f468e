"""Time zone, language and place against the exit's country, weak signs kept weak."""

from typing import Any

import pytest

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.findings import Home
from tests.factories.leak_findings import (
    SUMMER,
    WINTER,
    echo,
    findings,
    log,
    page,
    verdict_of,
)

LEAK, CLEAN, UNKNOWN = LeakVerdict.LEAK, LeakVerdict.CLEAN, LeakVerdict.INCONCLUSIVE
TIMEZONE, LOCALE, PLACE = LeakKind.TIMEZONE, LeakKind.LOCALE, LeakKind.GEOLOCATION
BERLIN, MUNICH, PARIS, NEW_YORK = (52.5, 13.4), (48.1, 11.6), (48.9, 2.4), (40.7, -74.0)
IN_US = {"echoes": (echo("8.8.8.8"),), "log": log()}
IN_GERMANY = Home(addresses=("217.160.0.1",))


@pytest.mark.parametrize(
    ("zone", "country", "verdict"),
    [
        ("Europe/Berlin", "DE", CLEAN),
        ("America/New_York", "DE", LEAK),
        ("UTC", "DE", LEAK),
        ("UTC", "GB", CLEAN),
        ("Asia/Calcutta", "IN", CLEAN),  # as Chromium names it; the table does not
        ("Europe/Paris", "DE", UNKNOWN),  # the same clock by another name
        ("Nowhere/Land", "DE", UNKNOWN),
        ("America/Los_Angeles", "US", CLEAN),
    ],
)
def test_a_time_zone_is_held_against_the_expected_country(
    zone: str, country: str, verdict: LeakVerdict
) -> None:
    seen = findings(page=page(timezone=zone))
    assert verdict_of(TIMEZONE, seen, country=country)[0] is verdict


def test_summer_time_counts() -> None:
    seen = findings(page=page(timezone="UTC"))
    assert verdict_of(TIMEZONE, seen, country="GB", now=WINTER)[0] is CLEAN
    assert verdict_of(TIMEZONE, seen, country="GB", now=SUMMER)[0] is LEAK


@pytest.mark.parametrize(
    ("languages", "country", "verdict"),
    [
        (("de-DE", "de", "en-US"), "DE", CLEAN),
        (("en-US", "en"), "US", CLEAN),
        (("en-US", "en"), "DE", UNKNOWN),
        (("fr-FR", "fr"), "DE", LEAK),
        (("de",), "DE", CLEAN),
        (("de-DE",), "AT", UNKNOWN),
        (("xx",), "DE", UNKNOWN),
        (("fr",), "DE", LEAK),
        (("pt_BR",), "BR", CLEAN),
    ],
)
def test_languages_are_held_against_the_expected_country(
    languages: tuple[str, ...], country: str, verdict: LeakVerdict
) -> None:
    seen = findings(page=page(languages=languages, locale=languages[0]))
    assert verdict_of(LOCALE, seen, country=country)[0] is verdict


@pytest.mark.parametrize(
    ("place", "country", "verdict"),
    [
        (BERLIN, "DE", CLEAN),
        (MUNICH, "DE", UNKNOWN),
        (PARIS, "DE", LEAK),
        (NEW_YORK, "DE", LEAK),
        (NEW_YORK, "US", CLEAN),
    ],
)
def test_a_place_is_held_against_the_expected_country(
    place: tuple[float, float], country: str, verdict: LeakVerdict
) -> None:
    seen = findings(page=page(place=place))
    assert verdict_of(PLACE, seen, country=country)[0] is verdict


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ("denied", (CLEAN, ["place_refused"])),
        ("User denied Geolocation", (CLEAN, ["place_refused"])),
        ("prompt", (UNKNOWN, ["place_asked_for"])),
        ("timeout", (UNKNOWN, ["place_unknown"])),
        (None, (UNKNOWN, ["place_unknown"])),
    ],
)
def test_a_browser_that_gives_no_place(
    error: str | None, found: tuple[LeakVerdict, list[str]]
) -> None:
    seen = findings(page=page(geolocation_error=error))
    assert verdict_of(PLACE, seen) == found


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (TIMEZONE, {"timezone": "Asia/Tokyo"}),
        (LOCALE, {"languages": ("ru-RU",), "locale": "ru-RU"}),
        (PLACE, {"place": PARIS}),
    ],
)
def test_a_registration_alone_makes_no_leak(
    kind: LeakKind, shown: dict[str, Any]
) -> None:
    seen = findings(page=page(**shown), **IN_US)
    assert verdict_of(kind, seen) == (UNKNOWN, ["registered_elsewhere"])


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (TIMEZONE, {"timezone": "Europe/Berlin"}),
        (LOCALE, {"languages": ("de-DE",), "locale": "de-DE"}),
        (PLACE, {"place": BERLIN}),
    ],
)
def test_what_fits_home_and_not_the_exit_is_a_leak(
    kind: LeakKind, shown: dict[str, Any]
) -> None:
    seen = findings(page=page(**shown), **IN_US)
    assert verdict_of(kind, seen, home=IN_GERMANY) == (LEAK, ["fits_home"])


def test_what_fits_the_registration_is_clean() -> None:
    seen = findings(page=page(timezone="America/New_York"), **IN_US)
    assert verdict_of(TIMEZONE, seen) == (CLEAN, ["fits_country"])


def test_without_a_country_nobody_can_know() -> None:
    for kind in (TIMEZONE, LOCALE):
        assert verdict_of(kind, findings()) == (UNKNOWN, ["country_unknown"])


def test_without_a_browser_nobody_can_know() -> None:
    for kind in (TIMEZONE, LOCALE, PLACE):
        seen = findings(in_browser=False)
        assert verdict_of(kind, seen, country="DE") == (UNKNOWN, ["browser_only"])


def test_a_browser_that_says_nothing_is_unknown() -> None:
    seen = findings(page=page(timezone=None, languages=(), locale=None))
    for kind in (TIMEZONE, LOCALE):
        assert verdict_of(kind, seen, country="DE") == (UNKNOWN, ["nothing_shown"])
    for kind in (TIMEZONE, LOCALE, PLACE):
        found = verdict_of(kind, findings(page=None), country="DE")
        assert found == (UNKNOWN, ["no_report"])
