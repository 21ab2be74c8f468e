"""
Pure: countries of addresses, time zones, languages and coordinates.

Sources: the registries' delegations as `iptocc` carries them, and the table `zone.tab`
of the IANA time zone database. A delegation says where its holder is registered, so it
is a weak sign of where an exit is.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import iptocc

from tasks.leak_tests.addresses import Address

_EARTH_KM = 6_371.0
_PLACE = re.compile(r"([+-])(\d{2,3})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")

SPOKEN = {
    "ar": "AE BH DZ EG IQ JO KW LB LY MA OM QA SA SD SY TN YE",
    "de": "AT BE CH DE LI LU",
    "es": "AR BO CL CO CR CU DO EC ES GT HN MX NI PA PE PR PY SV UY VE",
    "fr": "BE BF BJ CA CD CG CH CI CM FR GA GN LU MC MG ML NE SN TG",
    "it": "CH IT SM VA",
    "nl": "BE NL SR",
    "pt": "AO BR MZ PT",
    "ru": "BY KG KZ RU",
    "sv": "FI SE",
    "zh": "CN HK MO SG TW",
}
"""Language -> countries where it is one of the official ones, of the common ones."""

EVERYWHERE = "en"
"""The language that browsers have all over the world."""


class Spot(NamedTuple):
    """A place of the time zone table: its country, and where it is in degrees."""

    country: str
    zone: str
    latitude: float
    longitude: float


class Nearness(NamedTuple):
    """How coordinates lie to a country, in km to places of the time zone table."""

    nearest_country: str
    nearest_km: float
    country_km: float
    """To the nearest place of the country; infinite if it has none."""


def country_of(address: Address) -> str | None:
    """Return the country an address is registered in, None if it is in none."""
    try:
        found = iptocc.country_code(str(address))
    except ValueError:
        return None
    return str(found) if found else None


def countries_of_zone(zone: str) -> frozenset[str]:
    """Return the countries whose time zone it is; none for UTC and its like."""
    return frozenset(one.country for one in _spots() if one.zone == zone)


def has_same_time(zone: str, country: str, *, now: datetime) -> bool | None:
    """
    Return whether a zone's clock shows the time of some place in a country.

    None: the zone or the country is unknown.
    """
    there = {_offset(one.zone, now) for one in _spots() if one.country == country}
    offset = _offset(zone, now)
    if offset is None or not there - {None}:
        return None
    return offset in there


def regions_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the regions that language tags name (RFC 5646), each once."""
    found = (one for tag in tags for one in re.split("[-_]", tag)[1:])
    return tuple(dict.fromkeys(one.upper() for one in found if len(one) == 2))  # noqa: PLR2004 - ISO 3166-1 alpha-2


def languages_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the languages that tags name, each once."""
    found = (re.split("[-_]", tag)[0].lower() for tag in tags)
    return tuple(dict.fromkeys(one for one in found if one))


def is_spoken(language: str, country: str) -> bool | None:
    """Return whether a language is an official one; None if we do not know it."""
    countries = SPOKEN.get(language)
    return None if countries is None else country in countries.split()


def measure_nearness(
    latitude: float, longitude: float, country: str
) -> Nearness | None:
    """Return how coordinates lie to a country; None if there is no table."""
    far = [(_kilometres(latitude, longitude, one), one.country) for one in _spots()]
    if not far:
        return None
    nearest_km, nearest = min(far)
    own = [km for km, one in far if one == country]
    return Nearness(nearest, nearest_km, min(own, default=float("inf")))


def _kilometres(latitude: float, longitude: float, spot: Spot) -> float:
    """Return the distance on the sphere (haversine)."""
    here, there = radians(latitude), radians(spot.latitude)
    up, along = there - here, radians(spot.longitude - longitude)
    part = sin(up / 2) ** 2 + cos(here) * cos(there) * sin(along / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(part)))


def _offset(zone: str, now: datetime) -> timedelta | None:
    try:
        return now.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def _spots() -> tuple[Spot, ...]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    found = [_read_spot(line) for line in table.splitlines() if line[:1] != "#"]
    return tuple(one for one in found if one is not None)


def _read_spot(line: str) -> Spot | None:
    country, place, zone, *_ = [*line.split("\t"), "", "", ""]
    read = _PLACE.fullmatch(place)
    if read is None:
        return None
    north, *up, east, along, minutes, seconds = read.groups()
    return Spot(
        country,
        zone,
        _degrees(north, *up),
        _degrees(east, along, minutes, seconds),
    )


def _degrees(sign: str, whole: str, minutes: str, seconds: str | None) -> float:
    value = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3_600
    return -value if sign == "-" else value
