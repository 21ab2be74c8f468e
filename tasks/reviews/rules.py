"""Pure: may this person decide so about this public profile now."""

from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple
from uuid import UUID

from config.vocabulary import Decision

FINAL = frozenset({Decision.APPROVED, Decision.REJECTED})


class Standing(NamedTuple):
    """How a public profile of the queue stands before somebody who decides."""

    id: UUID
    campaign_id: UUID
    decision: Decision
    decision_id: UUID | None
    decided_by: UUID | None
    leased_by: UUID | None
    leased_until: datetime | None
    has_skipped: bool
    """This person passed it on before."""

    version: int


class Answer(Enum):
    """What a wish to decide is answered with."""

    ALLOWED = auto()
    REPEATED = auto()
    """It is so already, by the same person: nothing changes."""

    DECIDED_ELSEWHERE = auto()
    LEASED_ELSEWHERE = auto()


def holder_of(
    leased_by: UUID | None, leased_until: datetime | None, *, now: datetime
) -> UUID | None:
    """Return who holds a public profile now, if anybody does."""
    is_over = leased_until is None or leased_until <= now
    return None if is_over else leased_by


def judge(
    item: Standing,
    wish: Decision,
    *,
    by: UUID,
    seen_version: int | None,
    now: datetime,
) -> Answer:
    """
    Return what a wish to decide is answered with.

    A decision stands until it is taken back. `maybe` does not: whoever shows that
    they saw it, or took it themselves, may decide on. Who is given again what they
    passed on may pass it on again.
    """
    if item.decision == wish:
        is_own = wish is Decision.PENDING or item.decided_by == by
        return Answer.REPEATED if is_own else Answer.DECIDED_ELSEWHERE
    holder = holder_of(item.leased_by, item.leased_until, now=now)
    if wish is Decision.SKIPPED and item.has_skipped and holder != by:
        return Answer.REPEATED
    if seen_version is not None and seen_version != item.version:
        return Answer.DECIDED_ELSEWHERE
    if wish is not Decision.PENDING:
        is_unseen = seen_version is None and item.decided_by != by
        is_maybe = item.decision is Decision.MAYBE
        if item.decision in FINAL or (is_maybe and is_unseen):
            return Answer.DECIDED_ELSEWHERE
    if holder not in {None, by}:
        return Answer.LEASED_ELSEWHERE
    return Answer.ALLOWED
