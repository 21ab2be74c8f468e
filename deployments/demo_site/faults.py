"""
Which faulty page fails, how, and until when.

The shares are those of the rig in facts/acquisition.md B.2: of 1,000 pages 50 answer
503, 20 answer 429 with `Retry-After: 1`, 10 are empty with a 200, and 10 are 3 seconds
late, all cured at the second try; 5 answer 404 for ever.
"""

from enum import StrEnum

CYCLE = 1_000
STRIDE = 387
"""Has no factor in common with `CYCLE`: faults are spread over the listing."""


class Fault(StrEnum):
    """What is wrong with one answer."""

    NONE = "none"
    UNAVAILABLE = "503"
    TOO_MANY = "429"
    EMPTY = "empty"
    LATE = "late"
    GONE = "404"


_SHARES = (
    (50, Fault.UNAVAILABLE),
    (70, Fault.TOO_MANY),
    (80, Fault.EMPTY),
    (90, Fault.LATE),
    (95, Fault.GONE),
)


def fault_of(number: int, *, attempt: int) -> Fault:
    """Return how page `number` fails when it is asked for the `attempt`th time."""
    place = number * STRIDE % CYCLE
    fault = next((each for limit, each in _SHARES if place < limit), Fault.NONE)
    if fault is Fault.GONE or attempt == 1:
        return fault
    return Fault.NONE
