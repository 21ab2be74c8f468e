"""What PostgreSQL's planner knows of tables that grow by the hundred thousand."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_FIRST, _GROWTH = 1_024, 4
_ANALYZE = text("ANALYZE (SKIP_LOCKED) public_profiles, review_items")


def is_out_of_date(*, before: int, after: int) -> bool:
    """
    Return whether rows were added that the planner has to know of.

    Autovacuum looks once a minute, in which a campaign adds half a million rows; until
    then the planner takes the queue to be empty, and sorts all of it for ten cards.

    Args:
        before: Rows that the campaign run had added before the last portion.
        after: Rows that it has added now.
    """
    step = _FIRST
    while step <= before:
        step *= _GROWTH
    return step <= after


def count_anew(session: Session) -> None:
    """
    Have PostgreSQL look at samples of the tables; a tenth of a second.

    A table that somebody tends already is left out, for it would be waited for.
    """
    session.execute(_ANALYZE)
