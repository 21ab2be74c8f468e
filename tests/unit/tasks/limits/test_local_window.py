"""The window of one process, while Redis is away."""

from datetime import timedelta

import pytest

from config.vocabulary import LimitClass
from tasks.limits import local_window
from tasks.limits.local_window import LocalWindow
from tasks.limits.schemas import Asker, Count

ANA, LEV = Asker(None, "192.0.2.1"), Asker(None, "192.0.2.2")


def count(window: LocalWindow, now: float, asker: Asker = ANA) -> Count:
    ten_seconds = timedelta(seconds=10)
    return window.count(asker, LimitClass.GENERAL, limit=2, window=ten_seconds, now=now)


def test_the_window_slides_and_never_holds_more_than_the_limit() -> None:
    window = LocalWindow()
    admitted = [at for at in range(40) if count(window, float(at)).is_admitted]
    assert admitted == [0, 1, 10, 11, 20, 21, 30, 31]


def test_everybody_is_counted_alone() -> None:
    window = LocalWindow()
    assert count(window, 0), count(window, 0)
    assert not count(window, 1).is_admitted or not count(window, 1).is_admitted
    assert count(window, 1, LEV).is_admitted


def test_what_is_left_and_how_long_to_wait_are_told_in_whole_seconds() -> None:
    window = LocalWindow()
    assert count(window, 0.0) == Count(True, 2, 1, 10)  # noqa: FBT003 - a record's first field
    assert count(window, 3.5).reset_seconds == 7
    assert count(window, 3.6) == Count(False, 2, 0, 7, 1)  # noqa: FBT003 - a record's first field


def test_refusals_are_to_be_written_down_once_a_minute_with_their_number() -> None:
    window = LocalWindow()
    hour = timedelta(hours=1)
    told = [
        window.count(ANA, LimitClass.AUTH, limit=1, window=hour, now=float(at)).refused
        for at in range(130)
    ]
    assert [(at, refused) for at, refused in enumerate(told) if refused] == [
        (1, 1),
        (61, 60),
        (121, 60),
    ]


def test_it_forgets_the_first_when_too_many_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_window, "MOST_KEYS", 2)
    window = LocalWindow()
    for number in range(3):
        for _ in range(3):
            last = count(window, 0.0, Asker(None, str(number)))
        assert not last.is_admitted
    assert count(window, 0.0, Asker(None, "0")).is_admitted
    assert not count(window, 0.0, Asker(None, "2")).is_admitted
