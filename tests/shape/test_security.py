"""The security checklist leaves nothing out and names only tests that exist."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.shape.sources import CHECKOUT, functions

PAGE = CHECKOUT / "deployments" / "docs" / "security.md"
STATES = {"met", "lint", "operator", "no such thing", "open"}

REQUIREMENTS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1, 0),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7, 0),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""Chapter -> how many of level 1 and 2 each section has (OWASP ASVS 5.0.0)."""


def rows() -> list[list[str]]:
    """Return the cells of the checklist: items, meaning, state, evidence."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| \d+\.\d+\.\d+", line)
    ]


@cache
def names_in(path: str) -> frozenset[str]:
    file = CHECKOUT / "tests" / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(function.name for function in functions(tree))


def test_every_requirement_is_gone_through_once() -> None:
    found = Counter(item for row in rows() for item in row[0].split(", "))
    wanted = Counter(
        f"{chapter}.{section}.{number}"
        for chapter, counts in REQUIREMENTS.items()
        for section, count in enumerate(counts, start=1)
        for number in range(1, count + 1)
    )
    assert found == wanted


def test_every_row_has_a_state_and_what_is_met_shows_it() -> None:
    for items, meaning, state, evidence in rows():
        assert meaning, items
        assert state in STATES, items
        assert evidence or state not in {"met", "lint"}, items


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0]))
def test_every_test_that_is_named_exists(row: list[str]) -> None:
    for path, name in re.findall(r"`([\w/]+\.py)::(\w+)`", row[3]):
        assert name in names_in(path), f"{path}::{name}"
