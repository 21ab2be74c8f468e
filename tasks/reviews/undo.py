"""Take a decision of one's own back, a batch as one; the log keeps both."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ConflictError, ForbiddenError, NotFoundError
from config.vocabulary import DecisionKind
from tasks.events.outbox import record_events
from tasks.events.types import Event, ProfileDecided, ProfilesDecided, ProfileVoted
from tasks.reviews.log import LogEntry, append_log, new_decision_id
from tasks.reviews.step_schemas import UndoAnswer
from tasks.reviews.undo_rows import find_decider, list_undone, lock_steps, restore
from tasks.reviews.undo_rules import DecidedStep, can_undo

_NAMED = 1_000
"""Public profiles that a refusal names."""


class Wish(NamedTuple):
    """Which decision somebody wants to take back, when, and with which program."""

    decision_id: UUID
    by: UUID
    at: datetime
    client: str | None = None


class OthersDecisionError(ForbiddenError):
    """It is somebody else's decision."""

    code = "not_your_decision"

    def __init__(self) -> None:
        super().__init__(
            "somebody else decided this; only they can undo it, but you may reopen it"
        )


class DecidedSinceError(ConflictError):
    """Something was decided after it, about one public profile at least."""

    code = "decided_since"

    def __init__(self, review_ids: Sequence[UUID]) -> None:
        super().__init__(
            f"{len(review_ids)} of these were decided anew since; look at them again "
            "instead of undoing",
            details={
                "conflicts": len(review_ids),
                "ids": [str(one) for one in review_ids[:_NAMED]],
            },
        )


def undo(session: Session, wish: Wish) -> UndoAnswer:
    """
    Put everything that a decision changed back to how it was before.

    All of it or, where somebody decided since, nothing. The same wish again changes
    nothing and is answered the same.

    Raises:
        NotFoundError: There is no such decision that can be undone.
        OthersDecisionError: Somebody else took it.
        DecidedSinceError: Something of it was decided since.
    """
    decided_by = find_decider(session, wish.decision_id)
    if decided_by is None:
        raise NotFoundError(f"there is no decision {wish.decision_id} to undo")
    if decided_by != wish.by:
        raise OthersDecisionError
    steps = lock_steps(session, wish.decision_id, account_id=wish.by)
    undone = list_undone(session, wish.decision_id)
    before = set(undone)  # some and not all: its batch was at work then
    steps = [one for one in steps if one.review_id not in before]
    if undone and not steps:
        return UndoAnswer(undone=len(undone), ids=tuple(undone))
    since = [one.review_id for one in steps if not can_undo(one, wish.decision_id)]
    if since:
        raise DecidedSinceError(since)
    restore(session, wish.decision_id)
    record_events(session, _events_of(steps, wish))
    undo_id = new_decision_id()
    append_log(session, [_entry_of(one, wish, undo_id) for one in steps])
    return UndoAnswer(undone=len(steps), ids=tuple(one.review_id for one in steps))


def _events_of(steps: Sequence[DecidedStep], wish: Wish) -> list[Event]:
    if any(one.kind is DecisionKind.BATCH for one in steps):
        groups = Counter((one.campaign_id, one.before) for one in steps)
        return [
            ProfilesDecided(
                campaign_id=campaign_id,
                decision=before,
                modified=count,
                decided_by=str(wish.by),
                undoes=wish.decision_id,
            )
            for (campaign_id, before), count in sorted(groups.items())
        ]
    return [_event_of(one, wish) for one in steps if not one.is_skip]


def _event_of(step: DecidedStep, wish: Wish) -> Event:
    if step.is_opinion:
        return ProfileVoted(
            campaign_id=step.campaign_id,
            profile_id=step.review_id,
            profile=f"@{step.handle}",
            vote=step.vote or step.after,
            voted_by=str(wish.by),
            undoes=wish.decision_id,
        )
    return ProfileDecided(
        campaign_id=step.campaign_id,
        profile_id=step.review_id,
        profile=f"@{step.handle}",
        decision=step.before,
        decided_by=str(wish.by),
        undoes=wish.decision_id,
    )


def _entry_of(step: DecidedStep, wish: Wish, undo_id: UUID) -> LogEntry:
    return LogEntry(
        campaign_id=step.campaign_id,
        review_id=step.review_id,
        decision_id=undo_id,
        kind=DecisionKind.UNDO,
        decided_by=wish.by,
        decided_at=wish.at,
        before=step.after,
        after=step.before,
        version=step.version + (1 if step.is_change else 0),
        client=wish.client,
        vote=step.vote,
        undoes=wish.decision_id,
        previous_decision_id=step.decision_id_now,
    )
