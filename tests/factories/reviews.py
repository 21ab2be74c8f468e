"""Decisions by people of the tests."""

from typing import Any
from uuid import UUID, uuid4

from config.clock import now
from config.vocabulary import Decision
from tasks.database import transaction
from tasks.reviews.decide import decide, reopen
from tasks.reviews.schemas import ReviewCard, Ruling


def rule(
    review_id: UUID,
    decision: Decision,
    *,
    by: UUID | None = None,
    seen_version: int | None = None,
    **said: Any,
) -> ReviewCard:
    """Decide about one public profile, as a person nobody knows if none is named."""
    ruling = Ruling(decision, decided_by=by or uuid4(), decided_at=now(), **said)
    with transaction() as session:
        return decide(session, review_id, ruling=ruling, seen_version=seen_version)


def reopen_again(review_id: UUID, *, by: UUID, reason: str) -> ReviewCard:
    """Have a decided public profile looked at again."""
    ruling = Ruling(Decision.PENDING, decided_by=by, decided_at=now(), reason=reason)
    with transaction() as session:
        return reopen(session, review_id, ruling=ruling, seen_version=None)
