"""The review log: who did what, when and why; lines are only ever added."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import orjson
from sqlalchemy import Select, func, or_, select, text, update
from sqlalchemy.orm import Session

from config.vocabulary import DecisionKind
from tasks.database import transaction
from tasks.models import ReviewLogHead, ReviewStep, new_id
from tasks.reviews.chain import (
    BEGINNING,
    ChainBreak,
    Link,
    LogEntry,
    find_break,
    link_entries,
    shown_entry,
    shown_time,
)

__all__ = ["LogEntry", "append_log", "log_lines", "new_decision_id"]

_READ_AT_ONCE = 2_000
_TAKE_HEAD = text(
    """
    INSERT INTO review_log_heads (campaign_id, number, hash)
    VALUES (:campaign_id, 0, :beginning)
    ON CONFLICT (campaign_id) DO UPDATE SET number = review_log_heads.number
    RETURNING number, hash
    """
)
_ADD = text(
    """
    WITH moved AS (
      UPDATE review_log_heads SET number = :number, hash = :hash
      WHERE campaign_id = :campaign_id
    )
    INSERT INTO review_log
    SELECT line.* FROM jsonb_populate_recordset(
      CAST(NULL AS review_log), CAST(:lines AS jsonb)
    ) AS line
    """
)


def new_decision_id() -> UUID:
    """Return an id for one decision, or one batch; later ones sort after it."""
    return new_id()


def append_log(session: Session, entries: Iterable[LogEntry]) -> None:
    """
    Add lines to the log, in the transaction of the change they tell of.

    From here to its end the transaction holds the logs of the campaigns concerned, so
    this is the last thing it does. Lock review items before; campaigns are taken in
    the order of their ids.
    """
    by_campaign = attrgetter("campaign_id")
    for campaign_id, group in groupby(sorted(entries, key=by_campaign), by_campaign):
        _append_to_one(session, campaign_id, list(group))


def find_last_step(
    session: Session, review_id: UUID, *, by: UUID | None = None, after: str = ""
) -> LogEntry | None:
    """
    Return the newest line about a public profile.

    Args:
        session: The transaction to read in.
        review_id: The public profile.
        by: Only what this person did.
        after: Only what ended in this word.
    """
    query = select(ReviewStep).where(ReviewStep.review_id == review_id)
    if by is not None:
        query = query.where(ReviewStep.decided_by == by)
    if after:
        query = query.where(ReviewStep.after == after)
    line = session.scalar(query.order_by(ReviewStep.number.desc()).limit(1))
    return read_line(line) if line is not None else None


def list_lines_with_words(
    session: Session, review_ids: Sequence[UUID]
) -> list[tuple[LogEntry, Link]]:
    """Return the lines about public profiles that hold a reason or a note, in order."""
    lines = session.scalars(
        select(ReviewStep)
        .where(
            ReviewStep.review_id.in_(review_ids),
            ReviewStep.kind != DecisionKind.ERASURE,
            or_(ReviewStep.reason.is_not(None), ReviewStep.note.is_not(None)),
        )
        .order_by(ReviewStep.campaign_id, ReviewStep.number)
    )
    return [(read_line(line), _link_of(line)) for line in lines]


def blank_words(session: Session, lines: Iterable[tuple[LogEntry, Link]]) -> None:
    """Take the words out of lines; the caller adds an erasure that vouches for them."""
    for entry, link in lines:
        session.execute(
            update(ReviewStep)
            .where(
                ReviewStep.campaign_id == entry.campaign_id,
                ReviewStep.number == link.number,
            )
            .values(reason=None, note=None)
        )


def check_log(session: Session) -> list[ChainBreak]:
    """Return the first broken line of each campaign; none if all are as written."""
    known = select(ReviewStep.campaign_id).union(select(ReviewLogHead.campaign_id))
    breaks = []
    for campaign_id in session.scalars(known).all():
        head = session.get(ReviewLogHead, campaign_id)
        found = find_break(
            _lines_of(session, campaign_id),
            campaign_id=campaign_id,
            head=Link(head.number, "", head.hash) if head else None,
        )
        if found is not None:
            breaks.append(found)
    return breaks


def count_lines(session: Session) -> int:
    """Return how many lines the log has."""
    return session.scalar(select(func.count()).select_from(ReviewStep)) or 0


def log_lines(campaign_id: UUID) -> Iterator[str]:
    """
    Yield the log of one campaign as JSON Lines, some at a time.

    A line says what its hash was made of (`chain.hash_entry`), and both hashes, so that
    who keeps the file can prove later that nothing in it was altered. Every portion is
    a transaction of its own, so that a slow reader holds none open.
    """
    after = 0
    while True:
        with transaction() as session:
            lines = session.scalars(
                _page_of(campaign_id).where(ReviewStep.number > after)
            ).all()
            shown = [_shown_line(line) for line in lines]
            after = lines[-1].number if lines else after
        yield "".join(shown)
        if len(shown) < _READ_AT_ONCE:
            return


def _shown_line(line: ReviewStep) -> str:
    told = shown_entry(read_line(line)) | {
        "decided_at": shown_time(line.decided_at),
        "number": line.number,
        "previous_hash": line.previous_hash,
        "hash": line.hash,
    }
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode() + "\n"


def _append_to_one(
    session: Session, campaign_id: UUID, entries: Sequence[LogEntry]
) -> None:
    taken = {"campaign_id": campaign_id, "beginning": BEGINNING}
    number, last_hash = session.execute(_TAKE_HEAD, taken).one()
    links = link_entries(entries, number=number, last_hash=last_hash)
    lines = [
        shown_entry(entry) | link._asdict()
        for entry, link in zip(entries, links, strict=True)
    ]
    session.execute(
        _ADD,
        {
            "campaign_id": campaign_id,
            "number": links[-1].number,
            "hash": links[-1].hash,
            "lines": orjson.dumps(lines).decode(),
        },
    )


def _lines_of(session: Session, campaign_id: UUID) -> Iterator[tuple[LogEntry, Link]]:
    query = _page_of(campaign_id)
    page = session.scalars(query).all()
    while page:
        for line in page:
            yield read_line(line), _link_of(line)
        page = session.scalars(query.where(ReviewStep.number > page[-1].number)).all()


def _link_of(line: ReviewStep) -> Link:
    return Link(line.number, line.previous_hash, line.hash)


def _page_of(campaign_id: UUID) -> Select[ReviewStep]:
    return (
        select(ReviewStep)
        .where(ReviewStep.campaign_id == campaign_id)
        .order_by(ReviewStep.number)
        .limit(_READ_AT_ONCE)
    )


def read_line(line: ReviewStep) -> LogEntry:
    """Return what a line of the log says."""
    told = {one.name: getattr(line, one.name) for one in fields(LogEntry)}
    return LogEntry(**told)
