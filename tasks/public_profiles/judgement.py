"""How far one criterion is met, and how near a value is to its bounds."""

import math
from typing import NamedTuple


class Judgement(NamedTuple):
    """How far one criterion is met, from 0 to 1, or None where it is unknown."""

    name: str
    met: float | None
    value: str | None
    explanation: str


def closeness(value: float, bound: float) -> float:
    """Return 1 at the bound and 0 at ten times it, or a tenth of it, and beyond."""
    if value == 0 or bound == 0:
        return 0.0
    return max(0.0, 1.0 - abs(math.log10(value / bound)))


def bound_missed(value: float, least: float | None, most: float | None) -> float | None:
    """Return the bound that a value lies beyond, None if it lies between them."""
    if least is not None and value < least:
        return least
    return most if most is not None and value > most else None
