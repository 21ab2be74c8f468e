"""Pure: how many items fit between two commits, learnt from the items so far."""

from dataclasses import dataclass
from datetime import timedelta

FIRST_PORTION = 50


@dataclass(frozen=True, slots=True)
class Pace:
    """The size of the next portion, and the mean time of an item behind it."""

    limit: int = FIRST_PORTION
    seconds_per_item: float | None = None


def learn_pace(
    pace: Pace,
    *,
    items: int,
    seconds: float,
    interval: timedelta,
    smallest: int,
    largest: int,
) -> Pace:
    """
    Take one portion into the mean, in which newer portions count for more.

    Args:
        pace: As it was for the portion.
        items: How many items the portion had; none teaches nothing.
        seconds: How long it took, storing included.
        interval: Wanted between two commits.
        smallest: Fewest items in one portion: as many as are read side by side, or
            a slow source would be read one by one.
        largest: Most items in one portion.
    """
    if not items:
        return pace
    latest, before = seconds / items, pace.seconds_per_item
    mean = latest if before is None else (latest + before) / 2
    wanted = int(interval.total_seconds() / max(mean, 1e-9))
    return Pace(limit=max(smallest, min(largest, wanted)), seconds_per_item=mean)
