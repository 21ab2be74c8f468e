"""What a soak's looks say about growth, and about what stayed open."""

import pytest

from tests.fixtures.soak_verdict import (
    HOUR,
    Look,
    courses_of,
    highest,
    slope,
    table_of,
    trends_of,
    what_grew,
    what_stayed,
)

MEMORY = ("worker", "memory, MiB")
DESCRIPTORS = ("api", "descriptors")
BROWSERS = ("stack", "browsers")
MINUTE = 60.0


def looks(name: tuple[str, str], *amounts: float, every: float = MINUTE) -> list[Look]:
    return [Look(place * every, {name: amount}) for place, amount in enumerate(amounts)]


def test_the_slope_is_that_of_the_line_whatever_a_quarter_of_the_points_say() -> None:
    points = [(float(n), 3.0 * n + 5) for n in range(12)]
    points[2], points[7], points[9] = (2.0, 900.0), (7.0, -900.0), (9.0, 4_000.0)
    assert slope(points) == pytest.approx(3.0)


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 9.0)]])
def test_there_is_no_slope_without_two_moments(
    points: list[tuple[float, float]],
) -> None:
    assert slope(points) == 0


def test_memory_that_only_fills_up_in_the_warm_up_is_no_leak() -> None:
    amounts = [100 + 10 * min(n, 15) for n in range(61)]
    assert what_grew(trends_of(looks(MEMORY, *amounts))) == []


def test_memory_that_creeps_is_named_from_what_to_what() -> None:
    amounts = [300 + 0.5 * n for n in range(61)]
    (said,) = what_grew(trends_of(looks(MEMORY, *amounts)))
    assert said.startswith("worker: memory, MiB grew from 307.5 to 330.0 (+30.0 an")


def test_five_percent_an_hour_are_allowed_of_much_memory() -> None:
    within, beyond = (
        [2_000 + growth * n / 60 for n in range(61)] for growth in (95, 120)
    )
    assert what_grew(trends_of(looks(MEMORY, *within))) == []
    assert len(what_grew(trends_of(looks(MEMORY, *beyond)))) == 1


def test_one_high_look_is_no_growth_and_a_descriptor_a_minute_is() -> None:
    amounts = [40.0] * 60
    assert what_grew(trends_of(looks(DESCRIPTORS, *amounts, 400.0))) == []
    amounts = [40.0 + n for n in range(61)]
    assert len(what_grew(trends_of(looks(DESCRIPTORS, *amounts)))) == 1


def test_nothing_is_said_about_growth_from_too_few_looks() -> None:
    assert trends_of([]) == trends_of(looks(MEMORY, 1, 2, 3)) == []


def test_a_quantity_that_comes_later_counts_from_zero() -> None:
    later = [Look(n * HOUR / 8, {BROWSERS: n - 4} if n > 4 else {}) for n in range(9)]
    (said,) = what_grew(
        trends_of([Look(one.seconds, {MEMORY: 1, **one.figures}) for one in later])
    )
    assert said.startswith("stack: browsers grew from 0.0 to 4.0")


def test_what_did_not_come_back_is_named_and_memory_is_not() -> None:
    before = {MEMORY: 100.0, DESCRIPTORS: 40.0, BROWSERS: 2.0}
    after = {MEMORY: 900.0, DESCRIPTORS: 51.0, BROWSERS: 2.0, ("redis", "keys x"): 9}
    assert what_stayed(before, {MEMORY: 900.0, DESCRIPTORS: 50.0}) == []
    assert what_stayed(before, after) == [
        "api: descriptors did not come back to 40, but to 51 (10 more allowed)",
        "stack: browsers did not come back to 0, but to 2 (0 more allowed)",
    ]


def test_backends_of_the_database_may_keep_files_open() -> None:
    name = ("postgres", "descriptors")
    found = trends_of(looks(name, *[1_000.0 + 9 * n for n in range(61)]))
    assert what_grew(found) == what_stayed({name: 9.0}, {name: 900.0}) == []


def test_the_table_has_a_line_for_each_quantity_and_its_most_under_load() -> None:
    found = looks(MEMORY, *[100.0] * 61)
    table = table_of(trends_of(found), highest([*found, Look(9, {MEMORY: 250.0})]))
    assert table.splitlines()[2:] == [
        "| worker | memory, MiB | 100 | 100 | +0.0 | 8 | 250 |"
    ]


def test_each_look_at_a_part_that_grew_is_written_out_and_of_no_other_part() -> None:
    seen = [
        Look(one.seconds, {**one.figures, ("api", "threads"): 5.0, MEMORY: 9.0})
        for one in looks(DESCRIPTORS, *[40.0 + 5 * n for n in range(9)])
    ]
    assert courses_of(trends_of(seen), seen) == [
        "api: descriptors: 50.0 55.0 60.0 65.0 70.0 75.0 80.0",
        "api: threads: 5.0 5.0 5.0 5.0 5.0 5.0 5.0",
    ]
