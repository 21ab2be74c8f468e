"""The people as tables: CSV, JSON Lines, and the JSON twin of one page."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from deployments.demo_site.people import Person, make_person
from deployments.demo_site.truth import value_of

COLUMNS = (
    "id",
    "handle",
    "name",
    "url",
    "bio",
    "followers",
    "following",
    "posts",
    "verified",
    "kind",
    "location",
    "language",
    "topics",
    "picture",
)
"""Header of the CSV export; an empty cell is unknown, topics are joined by `;`."""

ROWS_AT_ONCE = 200


def people_from(seed: int, people: int) -> Iterator[Person]:
    """Make `people` people one by one, so that any number of them needs no memory."""
    return (make_person(seed, index) for index in range(people))


def as_object(person: Person, *, site: str) -> dict[str, Any]:
    """Return the JSON twin of a page: exact counts, `null` for unknown."""
    return {
        "id": person.external_id,
        "handle": person.handle,
        "name": person.display_name,
        "url": f"{site}/people/{person.handle}",
        "bio": person.bio,
        "counts": {
            "followers": value_of(person.followers),
            "following": value_of(person.following),
            "posts": value_of(person.posts),
        },
        "verified": person.verified,
        "kind": person.kind,
        "location": person.location,
        "language": person.culture.language,
        "topics": list(person.topics),
        "picture": f"{site}/pictures/{person.handle}.png",
        "joined": person.joined_at.date().isoformat(),
    }


def csv_chunks(people: Iterable[Person], *, site: str) -> Iterator[str]:
    """Return a CSV table in pieces of a few hundred rows, its header first."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    for place, person in enumerate(people, start=1):
        table.writerow(_row(person, site=site))
        if place % ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def json_lines_chunks(people: Iterable[Person], *, site: str) -> Iterator[str]:
    """Return JSON Lines in pieces of a few hundred lines."""
    lines: list[str] = []
    for person in people:
        lines.append(json.dumps(as_object(person, site=site), ensure_ascii=False))
        if len(lines) == ROWS_AT_ONCE:
            yield "\n".join([*lines, ""])
            lines.clear()
    yield "\n".join([*lines, ""]) if lines else ""


def _row(person: Person, *, site: str) -> list[str | int | None]:
    return [
        person.external_id,
        person.handle,
        person.display_name,
        f"{site}/people/{person.handle}",
        person.bio,
        value_of(person.followers),
        value_of(person.following),
        value_of(person.posts),
        "yes" if person.verified else "no",
        person.kind,
        person.location,
        person.culture.language,
        ";".join(person.topics),
        f"{site}/pictures/{person.handle}.png",
    ]
