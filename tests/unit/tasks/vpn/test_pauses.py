"""How long is waited before a lost tunnel is made anew."""

from datetime import timedelta

from tasks.vpn.pauses import pause_before

FIRST, LONGEST = timedelta(seconds=1), timedelta(seconds=60)


def test_pauses_double_up_to_the_longest() -> None:
    seconds = [
        pause_before(attempt, first=FIRST, longest=LONGEST).total_seconds()
        for attempt in (0, 1, 2, 3, 6, 7, 8, 1_000)
    ]
    assert seconds == [0, 1, 2, 4, 32, 60, 60, 60]
