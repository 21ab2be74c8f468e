"""What the review of people leaves behind, taken out when they are forgotten."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.vocabulary import Decision, DecisionKind
from tasks.reviews.chain import Link, LogEntry, vouch_for
from tasks.reviews.log import (
    append_log,
    blank_words,
    list_lines_with_words,
    new_decision_id,
)

Names = Callable[[str | None], bool]
"""Whether a text names the person."""

_LOCK = text("SELECT id FROM review_items WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_LEAVE_BATCHES = text("DELETE FROM review_batch_members WHERE review_id = ANY(:ids)")
_BATCHES = text(
    """
    SELECT id, concat_ws(' ', reason, note, found_by::text) AS said FROM review_batches
    WHERE lower(concat_ws(' ', reason, note, found_by::text)) LIKE ANY(:like)
    """
)
_BLANK_BATCHES = text(
    "UPDATE review_batches SET reason = NULL, note = NULL, found_by = '{}'"
    " WHERE id = ANY(:ids) AND state NOT IN ('queued', 'running')"
)
_VIEWS = text(
    "SELECT id, concat_ws(' ', name, filter::text) AS said FROM review_views"
    " WHERE lower(concat_ws(' ', name, filter::text)) LIKE ANY(:like)"
)
_REMOVE_VIEWS = text("DELETE FROM review_views WHERE id = ANY(:ids)")


def lock_queue_places(session: Session, ids: Sequence[UUID]) -> int:
    """Have decisions about these people wait; return how many are in the queue."""
    return len(session.execute(_LOCK, {"ids": list(ids)}).all())


def count_words(session: Session, ids: Sequence[UUID]) -> int:
    """Return how many lines of the log hold words about these people."""
    return len(list_lines_with_words(session, ids))


def erase_words(
    session: Session, ids: Sequence[UUID], *, by: UUID, now: datetime
) -> int:
    """
    Take the words out of the log's lines about people, and vouch for what is left.

    The last thing a transaction does, as `append_log`. Returns how many lines had some.
    """
    lines = list_lines_with_words(session, ids)
    blank_words(session, lines)
    session.execute(_LEAVE_BATCHES, {"ids": list(ids)})
    erasures = [
        _erasure(list(some), by=by, now=now)
        for _, some in groupby(lines, lambda line: line[0].campaign_id)
    ]
    append_log(session, erasures)
    return len(lines)


def remove_mentions(
    session: Session, like: Sequence[str], names: Names, *, dry_run: bool
) -> tuple[int, int]:
    """
    Blank ended batches and remove saved views that name a person; return how many.

    Args:
        session: The caller's transaction.
        like: Patterns in lower case, one of which a text must match to be looked at.
        names: Whether it does name the person.
        dry_run: Only count.
    """
    asked = {"like": list(like)}
    counts = []
    for find, change in ((_BATCHES, _BLANK_BATCHES), (_VIEWS, _REMOVE_VIEWS)):
        ids = [row.id for row in session.execute(find, asked) if names(row.said)]
        if ids and not dry_run:
            session.execute(change, {"ids": ids})
        counts.append(len(ids))
    return counts[0], counts[1]


def _erasure(
    lines: Sequence[tuple[LogEntry, Link]], *, by: UUID, now: datetime
) -> LogEntry:
    first = lines[0][0]
    return LogEntry(
        campaign_id=first.campaign_id,
        review_id=first.review_id,
        decision_id=new_decision_id(),
        kind=DecisionKind.ERASURE,
        decided_by=by,
        decided_at=now,
        before=Decision.PENDING,  # as a step that decides nothing
        after=Decision.PENDING,
        version=first.version,
        note=vouch_for(lines),
    )
