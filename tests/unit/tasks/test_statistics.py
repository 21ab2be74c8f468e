"""The planner is told of growth, each time that there is four times as much."""

import pytest

from tasks.statistics import is_out_of_date


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, False),
        (0, 1_023, False),
        (0, 1_024, True),
        (1_024, 4_095, False),
        (1_000, 5_000, True),
        (4_096, 16_383, False),
        (16_000, 17_000, True),
        (100_000, 262_143, False),
        (262_143, 262_144, True),
    ],
)
def test_statistics_are_out_of_date_after_a_fourfold_growth(
    before: int, after: int, *, expected: bool
) -> None:
    assert is_out_of_date(before=before, after=after) is expected
