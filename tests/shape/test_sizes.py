"""No file over 400 lines, no function over 50."""

from tests.shape.sources import functions, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
GENERATED = "deployments/migrations/versions/"
"""Written by Alembic from the tables, and read once."""


def test_no_file_is_too_long_to_read_at_a_sitting() -> None:
    long = {
        one.path: lines
        for one in sources()
        if not one.path.startswith(GENERATED)
        and (lines := one.text.count("\n")) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_too_long_to_see_at_once() -> None:
    long = {
        f"{one.path}: {function.name}": lines
        for one in sources()
        for function in functions(one.tree)
        if not one.path.startswith(GENERATED)
        and (lines := (function.end_lineno or 0) - function.lineno + 1)
        > LONGEST_FUNCTION
    }
    assert not long
