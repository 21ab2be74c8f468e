"""No file over 400 lines, no function over 50."""

from tests.shape.sources import functions, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
EXCEPTIONS = {
    "deployments/migrations/versions/0001_first_tables.py": 250,
}
"""File -> its ceiling for functions, which may only fall: generated, read once."""


def test_no_file_is_too_long_to_read_at_a_sitting() -> None:
    long = {
        one.path: lines
        for one in sources()
        if (lines := one.text.count("\n")) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_too_long_to_see_at_once() -> None:
    long = {
        f"{one.path}: {function.name}": lines
        for one in sources()
        for function in functions(one.tree)
        if (lines := (function.end_lineno or 0) - function.lineno + 1)
        > EXCEPTIONS.get(one.path, LONGEST_FUNCTION)
    }
    assert not long
