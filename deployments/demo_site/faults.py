"""
Which faulty page fails, how, and until when.

The shares are those of the rig in facts/acquisition.md B.2 and B.3: of 5,000 pages 250
answer 503, 100 answer 429 with `Retry-After: 1`, 50 are empty with a 200, and 50 are 3
seconds late, all cured at the second try; 19 answer 404 for ever.
"""

from enum import StrEnum

CYCLE = 5_000
STRIDE = 1_937
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
    (250, Fault.UNAVAILABLE),
    (350, Fault.TOO_MANY),
    (400, Fault.EMPTY),
    (450, Fault.LATE),
    (469, Fault.GONE),
)


def fault_of(number: int, *, attempt: int) -> Fault:
    """Return how page `number` fails when it is asked for the `attempt`th time."""
    place = number * STRIDE % CYCLE
    fault = next((each for limit, each in _SHARES if place < limit), Fault.NONE)
    if fault is Fault.GONE or attempt == 1:
        return fault
    return Fault.NONE
