"""Pure: when a browser has done enough and is started anew."""

from datetime import datetime, timedelta
from typing import NamedTuple


class RecycleTerms(NamedTuple):
    """After what a browser is started anew, whichever comes first."""

    pages: int
    lasting: timedelta


def must_recycle(
    terms: RecycleTerms, *, pages: int, opened_at: datetime, now: datetime
) -> bool:
    """
    Return whether a browser is to be started anew before its next page.

    Args:
        terms: After how many pages, or how long.
        pages: Read since it was opened.
        opened_at: When it was.
        now: The moment of the question.
    """
    return pages >= terms.pages or now - opened_at >= terms.lasting
