"""A portion is as large as fits between two commits."""

from datetime import timedelta

from tasks.campaigns.pace import FIRST_PORTION, Pace, learn_pace


def learnt(*portions: tuple[int, float], smallest: int = 1) -> Pace:
    pace = Pace()
    for items, seconds in portions:
        pace = learn_pace(
            pace,
            items=items,
            seconds=seconds,
            interval=timedelta(seconds=1),
            smallest=smallest,
            largest=5_000,
        )
    return pace


def test_the_first_portion_is_small_since_nothing_is_known() -> None:
    assert Pace().limit == FIRST_PORTION


def test_a_portion_fills_the_time_between_two_commits() -> None:
    assert learnt((50, 0.25)).limit == 200


def test_newer_portions_count_for_more() -> None:
    assert learnt((100, 1.0), (100, 1.0), (100, 3.0)).limit == 50


def test_items_that_take_longer_than_the_interval_come_one_by_one() -> None:
    assert learnt((2, 30.0)).limit == 1


def test_what_is_read_side_by_side_stays_so_however_slow_it_is() -> None:
    assert learnt((32, 64.0), (32, 64.0), smallest=32).limit == 32


def test_a_portion_is_never_larger_than_the_setting_allows() -> None:
    assert learnt((1_000, 0.0)).limit == 5_000


def test_a_portion_without_items_teaches_nothing() -> None:
    assert learnt((0, 9.0)) == Pace()
