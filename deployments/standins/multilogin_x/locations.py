"""Places a proxy can be in, as the vendor's location lists tell them."""

from typing import NamedTuple


class Place(NamedTuple):
    """A city: country as ISO 3166-1 alpha-2 in lower case, names in snake_case."""

    country: str
    region: str
    city: str
    timezone: str
    latitude: float
    longitude: float


PLACES = (
    Place("ch", "zurich", "zurich", "Europe/Zurich", 47.38, 8.54),
    Place("ch", "geneva", "geneva", "Europe/Zurich", 46.2, 6.15),
    Place("de", "berlin", "berlin", "Europe/Berlin", 52.52, 13.4),
    Place("de", "bavaria", "munich", "Europe/Berlin", 48.14, 11.58),
    Place("fr", "ile_de_france", "paris", "Europe/Paris", 48.86, 2.35),
    Place("gb", "england", "london", "Europe/London", 51.51, -0.13),
    Place("us", "new_york", "new_york", "America/New_York", 40.71, -74.01),
    Place("us", "california", "los_angeles", "America/Los_Angeles", 34.05, -118.24),
    Place("us", "california", "san_diego", "America/Los_Angeles", 32.72, -117.16),
    Place("jp", "tokyo", "tokyo", "Asia/Tokyo", 35.68, 139.69),
)


def find_place(country: str, region: str = "", city: str = "") -> Place | None:
    """Return the first place that fits; a country that is not listed has none."""
    fitting = (
        one
        for one in PLACES
        if one.country == country.lower()
        and region in ("", one.region)
        and city in ("", one.city)
    )
    return next(fitting, None)


def titled(name: str) -> str:
    """Return a snake_case name as people write it."""
    return name.replace("_", " ").title()
