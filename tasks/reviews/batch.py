"""Decide about many public profiles at once: while the caller waits, or in portions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ApplicationError
from config.vocabulary import Decision, DecisionKind
from tasks.events.outbox import record_events
from tasks.events.types import ProfilesDecided
from tasks.reviews import batch_rows
from tasks.reviews.batch_rows import BatchRow
from tasks.reviews.batch_schemas import (
    AT_ONCE,
    CONFLICTS_SHOWN,
    BatchAnswer,
    BatchConflict,
    BatchDecisionAnswer,
    BatchDecisionRequest,
    BatchRuling,
    BatchState,
    ConflictKind,
    SilentBatch,
)
from tasks.reviews.listing import count_found, find_ids, ids_found
from tasks.reviews.log import LogEntry, append_log
from tasks.reviews.rules import FINAL, holder_of

PORTION = 2_000
"""Public profiles that a worker decides about in one transaction."""


class NoProgressError(ApplicationError):
    """The batch was taken up again and again, and is not done."""

    code = "no_progress"

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"taken up {attempts} times and not done; what is decided stays. See the "
            "worker's log, then decide about the rest again"
        )


@dataclass(frozen=True, slots=True)
class Portion:
    """What became of some public profiles that a decision was about."""

    matched: int
    modified: Counter[UUID]
    """Campaign -> public profiles changed in it."""

    conflicting: int
    conflicts: tuple[BatchConflict, ...]


def find_conflict(
    row: BatchRow, ruling: BatchRuling, *, asks_several: bool
) -> ConflictKind | None:
    """Return why a batch may not decide about a public profile; None if it may."""
    if row.decision in FINAL:
        return ConflictKind.DECIDED
    holder = holder_of(row.leased_by, row.leased_until, now=ruling.decided_at)
    if holder not in {None, ruling.decided_by}:
        return ConflictKind.HELD
    is_opinion = asks_several and ruling.decision in FINAL
    return ConflictKind.OPINIONS if is_opinion else None


def count_wanted(session: Session, asked: BatchDecisionRequest) -> int:
    """Return how many public profiles a decision would be about; at once or not."""
    if asked.filter is None:
        return batch_rows.count_rows(session, asked.ids or ())
    found = count_found(session, asked.filter)
    return found if asked.up_to is None else min(found, asked.up_to)


def decide_or_open(
    session: Session, asked: BatchDecisionRequest, ruling: BatchRuling
) -> BatchDecisionAnswer | None:
    """
    Decide about what is meant; None if there is so much that a batch was opened.

    The batch has the decision's id, and waits for a worker.
    """
    if asked.filter is None:
        return decide_at_once(session, asked.ids or (), ruling)
    one_too_many = AT_ONCE + 1
    up_to = one_too_many if asked.up_to is None else min(asked.up_to, one_too_many)
    review_ids = find_ids(session, asked.filter, up_to=up_to)
    if len(review_ids) <= AT_ONCE:
        return decide_at_once(session, review_ids, ruling)
    batch_rows.add_batch(
        session,
        ruling,
        found_by=asked.filter.model_dump(mode="json", exclude_none=True),
        members=ids_found(asked.filter, up_to=asked.up_to),
    )
    return None


def decide_at_once(
    session: Session, review_ids: Collection[UUID], ruling: BatchRuling
) -> BatchDecisionAnswer:
    """Decide about those of the given public profiles that still wait."""
    rows = batch_rows.lock_rows(session, review_ids)
    portion, entries = _change(session, rows, ruling)
    record_events(
        session,
        [
            ProfilesDecided(
                campaign_id=campaign_id,
                decision=ruling.decision,
                modified=modified,
                decided_by=str(ruling.decided_by),
            )
            for campaign_id, modified in sorted(portion.modified.items())
        ],
    )
    append_log(session, entries)
    return BatchDecisionAnswer(
        matched=portion.matched,
        modified=len(entries),
        conflicts=portion.conflicts,
        decision_id=ruling.decision_id if entries else None,
    )


def work_on_batch(session: Session, batch_id: UUID, *, now: datetime) -> bool:
    """
    Carry out the next portion of a batch, and return whether there may be more.

    What was carried out leaves the batch in the same transaction, so that a worker
    that ends at any moment leaves nothing half done and nothing is done twice.

    Raises:
        NotFoundError: There is no such batch.
    """
    batch = batch_rows.get_batch(session, batch_id, lock=True)
    if BatchState(batch.state).is_final:
        return False
    review_ids = batch_rows.take_members(session, batch_id, limit=PORTION)
    ruling = batch_rows.ruling_of(batch, now=now)
    rows = batch_rows.lock_rows(session, review_ids)
    portion, entries = _change(session, rows, ruling)
    room = CONFLICTS_SHOWN - len(batch.conflicts)
    shown = [one.model_dump(mode="json") for one in portion.conflicts[:room]]
    batch.conflicts = [*batch.conflicts, *shown]
    batch.done += len(review_ids)
    batch.modified += len(entries)
    batch.conflicting += portion.conflicting
    batch.heartbeat_at = now
    is_last = len(review_ids) < PORTION
    if is_last:
        batch.state, batch.ended_at = BatchState.COMPLETED, now
    modified = {row.campaign_id: portion.modified[row.campaign_id] for row in rows}
    _tell(session, ruling, modified, done=batch.done, matched=batch.matched)
    session.flush()
    append_log(session, entries)
    return not is_last


def take_batch(session: Session, batch_id: UUID, *, now: datetime) -> bool:
    """Note that a worker has a batch; return whether there is anything to do."""
    batch = batch_rows.get_batch(session, batch_id, lock=True)
    if BatchState(batch.state).is_final:
        return False
    batch.state, batch.heartbeat_at = BatchState.RUNNING, now
    batch.attempt += 1
    return True


def fail_batch(
    session: Session, batch_id: UUID, problem: ApplicationError, *, now: datetime
) -> None:
    """Note that a batch cannot go on, and why; what is done stays."""
    batch = batch_rows.get_batch(session, batch_id, lock=True)
    if not BatchState(batch.state).is_final:
        batch.state, batch.ended_at = BatchState.FAILED, now
        batch.error_message = problem.message


def count_failed_start(
    session: Session, batch_id: UUID, *, attempts: int, now: datetime
) -> bool:
    """
    Count a flow run that failed and left the batch as it was; say whether to go on.

    After `attempts` of them, or of workers that took it, the batch has failed.
    """
    batch = batch_rows.get_batch(session, batch_id, lock=True)
    batch.attempt += 1
    if batch.attempt <= attempts:
        return not BatchState(batch.state).is_final
    fail_batch(session, batch_id, NoProgressError(attempts), now=now)
    return False


def mark_dispatched(session: Session, batch_id: UUID, flow_run_id: UUID) -> None:
    """Note which flow run works on a batch."""
    batch_rows.get_batch(session, batch_id, lock=True).flow_run_id = flow_run_id


def list_silent_batches(
    session: Session, *, silence: timedelta, now: datetime
) -> list[SilentBatch]:
    """Return unfinished batches that gave no sign of life for `silence`."""
    return batch_rows.list_silent(session, silent_since=now - silence)


def describe_batch(session: Session, batch_id: UUID) -> BatchAnswer:
    """
    Return a batch as far as it is.

    Raises:
        NotFoundError: There is no such batch.
    """
    batch = batch_rows.get_batch(session, batch_id)
    return BatchAnswer(
        batch_id=batch.id,
        state=BatchState(batch.state),
        decision=Decision(batch.decision),
        matched=batch.matched,
        done=batch.done,
        modified=batch.modified,
        conflicting=batch.conflicting,
        conflicts=tuple(BatchConflict(**one) for one in batch.conflicts),
        decision_id=batch.id if batch.modified else None,
        created_at=batch.created_at,
        ended_at=batch.ended_at,
        error=batch.error_message,
    )


def _change(
    session: Session, rows: Sequence[BatchRow], ruling: BatchRuling
) -> tuple[Portion, list[LogEntry]]:
    """Store a decision about those locked rows that it may be about."""
    several = batch_rows.ask_several(session, {row.campaign_id for row in rows})
    changed: list[BatchRow] = []
    held_back: list[tuple[BatchRow, ConflictKind]] = []
    for row in rows:
        if row.decision == ruling.decision:
            continue  # it is as it should be, whoever saw to it
        why = find_conflict(row, ruling, asks_several=row.campaign_id in several)
        if why is None:
            changed.append(row)
        else:
            held_back.append((row, why))
    if changed:
        batch_rows.change_rows(session, [row.id for row in changed], ruling=ruling)
    portion = Portion(
        matched=len(rows),
        modified=Counter(row.campaign_id for row in changed),
        conflicting=len(held_back),
        conflicts=_name_conflicts(session, held_back[:CONFLICTS_SHOWN]),
    )
    return portion, [_entry_of(row, ruling) for row in changed]


def _name_conflicts(
    session: Session, held_back: Sequence[tuple[BatchRow, ConflictKind]]
) -> tuple[BatchConflict, ...]:
    whose = [_whose(row, why) for row, why in held_back]
    names = batch_rows.names_of(session, {one for one in whose if one is not None})
    return tuple(
        BatchConflict(
            id=row.id,
            decision=Decision(row.decision),
            why=why,
            decided_by_name=names.get(person) if person else None,
        )
        for (row, why), person in zip(held_back, whose, strict=True)
    )


def _whose(row: BatchRow, why: ConflictKind) -> UUID | None:
    return row.leased_by if why is ConflictKind.HELD else row.decided_by


def _entry_of(row: BatchRow, ruling: BatchRuling) -> LogEntry:
    return LogEntry(
        campaign_id=row.campaign_id,
        review_id=row.id,
        decision_id=ruling.decision_id,
        kind=DecisionKind.BATCH,
        decided_by=ruling.decided_by,
        decided_at=ruling.decided_at,
        before=Decision(row.decision),
        after=ruling.decision,
        version=row.version + 1,
        reason=ruling.reason,
        note=ruling.note,
        client=ruling.client,
        previous_decision_id=row.decision_id,
    )


def _tell(
    session: Session,
    ruling: BatchRuling,
    modified: Mapping[UUID, int],
    *,
    done: int,
    matched: int,
) -> None:
    """Tell each campaign what was changed in it, and how far the batch is."""
    record_events(
        session,
        [
            ProfilesDecided(
                campaign_id=campaign_id,
                decision=ruling.decision,
                modified=count,
                decided_by=str(ruling.decided_by),
                batch_id=ruling.decision_id,
                done=done,
                matched=matched,
            )
            for campaign_id, count in sorted(modified.items())
        ],
    )
