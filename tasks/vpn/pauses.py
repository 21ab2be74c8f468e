"""Pure: how long to wait before a lost tunnel is made anew."""

from datetime import timedelta

_MOST_DOUBLINGS = 20


def pause_before(attempt: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return the pause before an attempt; the first one, 0, is not waited for."""
    if attempt <= 0:
        return timedelta(0)
    doubled: timedelta = first * 2 ** min(attempt - 1, _MOST_DOUBLINGS)
    return min(doubled, longest)
