"""The tables hold the same truth as the pages."""

import csv
import io
import json

from deployments.demo_site.exports import (
    COLUMNS,
    csv_chunks,
    json_lines_chunks,
    people_from,
)
from deployments.demo_site.people import make_people
from deployments.demo_site.truth import as_acquired

SITE = "http://127.0.0.1:1"
PEOPLE = make_people(1, 450)


def test_the_csv_table_holds_everybody() -> None:
    table = "".join(csv_chunks(people_from(1, 450), site=SITE))
    rows = list(csv.DictReader(io.StringIO(table)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 450
    for row, person in zip(rows, PEOPLE, strict=True):
        truth = as_acquired(person, site=SITE, platform="demo")
        assert row["handle"] == truth.handle
        assert row["bio"] == (truth.bio or "")
        unknown = truth.followers is None
        assert row["followers"] == ("" if unknown else str(truth.followers))
        assert tuple(filter(None, row["topics"].split(";"))) == truth.topics


def test_the_json_lines_hold_everybody() -> None:
    lines = "".join(json_lines_chunks(people_from(1, 450), site=SITE)).splitlines()
    assert len(lines) == 450
    for line, person in zip(lines, PEOPLE, strict=True):
        truth = as_acquired(person, site=SITE, platform="demo")
        member = json.loads(line)
        assert member["name"] == truth.display_name
        assert member["counts"]["posts"] == truth.posts
        assert member["verified"] is truth.verified


def test_nobody_gives_a_header_and_no_line() -> None:
    assert "".join(csv_chunks([], site=SITE)).count("\n") == 1
    assert "".join(json_lines_chunks([], site=SITE)) == ""
