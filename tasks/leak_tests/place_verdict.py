"""Pure: time zone, language and place of a browser, against its exit's country."""

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.case import Case, because, unknown
from tasks.leak_tests.places import (
    EVERYWHERE,
    countries_of_zone,
    has_same_time,
    is_spoken,
    languages_of,
    measure_nearness,
    regions_of,
)
from tasks.leak_tests.schemas import Finding, VerdictReason

_BY_CLOCK = "the time zone that a page reads in the browser"
_BY_LANGUAGE = "the languages that a page reads in the browser"
_BY_PLACE = "the place that the browser gives a page that asks"
_ASKS_FIRST = "prompt"
_BLOCKED = ("denied", "permission", "blocked")
_SURELY_TIMES, _SURELY_KM = 3.0, 300.0
"""
A place is surely elsewhere if the country is more than three times, and 300 km, farther
away than the nearest one: the table knows few places of a country.
"""


def judge_places(case: Case) -> tuple[Finding, Finding, Finding]:
    """Return the verdicts about time zone, locale and geolocation."""
    return _judge_timezone(case), _judge_locale(case), _judge_geolocation(case)


def _judge_timezone(case: Case) -> Finding:
    page, country = case.findings.page, case.country
    if page is None or country is None or not page.timezone:
        return _cannot_know(case, LeakKind.TIMEZONE, _BY_CLOCK)
    zone = page.timezone
    theirs = countries_of_zone(zone)
    same = has_same_time(zone, country, now=case.now)
    if country in theirs or (same and not theirs):
        verdict, why = _fits(f"{zone} is a time zone of {country}")
    elif same is None:
        why = because("zone_unknown", f"nobody knows the time zone {zone}")
        verdict = LeakVerdict.INCONCLUSIVE
    elif same:
        why = because(
            "same_clock_elsewhere",
            f"{zone} has the time of {country}, and is the name of another country's",
        )
        verdict = LeakVerdict.INCONCLUSIVE
    else:
        fits_home = case.home_country in theirs
        verdict, why = _differs(case, f"{zone} is not the time of {country}", fits_home)
    return _found(case, LeakKind.TIMEZONE, verdict, why, (zone,), _BY_CLOCK)


def _judge_locale(case: Case) -> Finding:
    page, country = case.findings.page, case.country
    tags = (*page.languages, *([page.locale] if page.locale else ())) if page else ()
    if not tags or country is None:
        return _cannot_know(case, LeakKind.LOCALE, _BY_LANGUAGE)
    regions, languages = regions_of(tags), languages_of(tags)
    spoken = [is_spoken(one, country) for one in languages if one != EVERYWHERE]
    said = ", ".join(dict.fromkeys(tags))
    if country in regions:
        verdict, why = _fits(f"{said} names {country}")
    elif not spoken:
        why = because(
            "english_everywhere", f"{said} is English, which browsers have everywhere"
        )
        verdict = LeakVerdict.INCONCLUSIVE
    elif True in spoken and not regions:
        verdict, why = _fits(f"{said} is spoken in {country}")
    elif True in spoken or (not regions and None in spoken):
        why = because("weak_sign", f"{said} may belong to {country}, or may not")
        verdict = LeakVerdict.INCONCLUSIVE
    else:
        fits_home = case.home_country in regions
        verdict, why = _differs(case, f"{said} does not belong to {country}", fits_home)
    return _found(
        case, LeakKind.LOCALE, verdict, why, tuple(dict.fromkeys(tags)), _BY_LANGUAGE
    )


def _judge_geolocation(case: Case) -> Finding:
    page, country = case.findings.page, case.country
    if page is None:
        return _cannot_know(case, LeakKind.GEOLOCATION, _BY_PLACE)
    if page.geolocation is None:
        return _without_place(case, page.geolocation_error or "")
    if country is None:
        return _cannot_know(case, LeakKind.GEOLOCATION, _BY_PLACE)
    place = page.geolocation
    seen = (f"{place.latitude:.4f}, {place.longitude:.4f}",)
    near = measure_nearness(place.latitude, place.longitude, country)
    if near is None or near.country_km == float("inf"):
        why = because("country_unknown", f"nobody knows where {country} lies")
        verdict = LeakVerdict.INCONCLUSIVE
    elif near.nearest_country == country:
        verdict, why = _fits(f"the place is in or near {country}")
    elif near.country_km > _SURELY_TIMES * near.nearest_km + _SURELY_KM:
        fits_home = case.home_country == near.nearest_country
        said = f"the place is {near.country_km:.0f} km from {country}"
        verdict, why = _differs(case, said, fits_home)
    else:
        why = because("weak_sign", f"the place may be in {country}, or beside it")
        verdict = LeakVerdict.INCONCLUSIVE
    return _found(case, LeakKind.GEOLOCATION, verdict, why, seen, _BY_PLACE)


def _without_place(case: Case, error: str) -> Finding:
    if any(word in error.lower() for word in _BLOCKED):
        why = because("place_refused", "the browser gives pages no place")
        return _found(case, LeakKind.GEOLOCATION, LeakVerdict.CLEAN, why, (), _BY_PLACE)
    if error == _ASKS_FIRST:
        why = because(
            "place_asked_for", "the browser asks a person before it gives its place"
        )
        return unknown(LeakKind.GEOLOCATION, why, means=_BY_PLACE)
    why = because(
        "place_unknown",
        f"the browser gave no place ({error or 'it did not say why'}); a page that is "
        "not secure cannot ask for it",
    )
    return unknown(LeakKind.GEOLOCATION, why, means=_BY_PLACE)


def _fits(message: str) -> tuple[LeakVerdict, VerdictReason]:
    return LeakVerdict.CLEAN, because("fits_country", message)


def _differs(
    case: Case,
    message: str,
    fits_home: bool,  # noqa: FBT001 - read beside its name
) -> tuple[LeakVerdict, VerdictReason]:
    """Weigh a difference: a registration alone is too weak for a leak."""
    is_sure = case.expected.country is not None
    if fits_home and case.home_country not in {None, case.country}:
        why = because(
            "fits_home", f"{message}; it is that of {case.home_country}, home"
        )
        return LeakVerdict.LEAK, why
    if is_sure:
        return LeakVerdict.LEAK, because("other_country", message)
    return LeakVerdict.INCONCLUSIVE, because(
        "registered_elsewhere",
        f"{message}, where the exit's address is registered; a registration is a weak "
        "sign, so name the country that is expected",
    )


def _cannot_know(case: Case, kind: LeakKind, means: str) -> Finding:
    if not case.is_in_browser:
        why = because("browser_only", "only a browser shows it; test a browser profile")
    elif case.findings.page is None:
        why = because("no_report", "the browser told nothing")
    elif case.country is None:
        why = because(
            "country_unknown",
            "the exit's country is not known; name the country that is expected",
        )
    else:
        why = because("nothing_shown", "the browser did not say")
    return unknown(kind, why, means=means)


def _found(
    case: Case,
    kind: LeakKind,
    verdict: LeakVerdict,
    why: VerdictReason,
    seen: tuple[str, ...],
    means: str,
) -> Finding:
    return Finding(
        kind=kind,
        verdict=verdict,
        expected=(f"of {case.country}",) if case.country else (),
        seen=seen,
        means=means,
        reasons=(why,),
    )
