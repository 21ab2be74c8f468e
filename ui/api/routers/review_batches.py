"""Decisions about many public profiles at once: named, or all that a filter finds."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response

from config.clock import now
from config.vocabulary import Decision
from flows.review_batch import decide_about_many
from tasks.accounts.schemas import Caller
from tasks.database import transaction
from tasks.reviews.batch import count_wanted, describe_batch
from tasks.reviews.batch_schemas import (
    BatchAccepted,
    BatchAnswer,
    BatchCount,
    BatchDecisionAnswer,
    BatchDecisionRequest,
    BatchRuling,
)
from tasks.reviews.log import new_decision_id
from ui.api.auth import ReviewDecide, ReviewRead
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/profiles", tags=["review"])

LONGEST_CLIENT = 200
Client = Annotated[str | None, Header(alias="User-Agent", include_in_schema=False)]
Answer = BatchDecisionAnswer | BatchCount | BatchAccepted
_ANSWERS: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED.value: {
        "model": BatchAccepted,
        "description": "There is so much that a worker does it.",
    }
}


@router.post("/batch/approve", responses=_ANSWERS, dependencies=[TAKES_KEY])
def approve_many(
    asked: BatchDecisionRequest,
    caller: ReviewDecide,
    response: Response,
    client: Client = None,
) -> Answer:
    """Approve those of the public profiles meant that still wait."""
    return _decide(asked, _ruling(Decision.APPROVED, asked, caller, client), response)


@router.post("/batch/reject", responses=_ANSWERS, dependencies=[TAKES_KEY])
def reject_many(
    asked: BatchDecisionRequest,
    caller: ReviewDecide,
    response: Response,
    client: Client = None,
) -> Answer:
    """Reject those of the public profiles meant that still wait."""
    return _decide(asked, _ruling(Decision.REJECTED, asked, caller, client), response)


@router.post("/batch/maybe", responses=_ANSWERS, dependencies=[TAKES_KEY])
def maybe_many(
    asked: BatchDecisionRequest,
    caller: ReviewDecide,
    response: Response,
    client: Client = None,
) -> Answer:
    """Put those of the public profiles meant that still wait aside as a maybe."""
    return _decide(asked, _ruling(Decision.MAYBE, asked, caller, client), response)


@router.get("/batches/{batch_id}")
def show_batch(batch_id: UUID, _caller: ReviewRead) -> BatchAnswer:
    """Look at how far a batch is that a worker carries out."""
    with transaction() as session:
        return describe_batch(session, batch_id)


def _decide(
    asked: BatchDecisionRequest, ruling: BatchRuling, response: Response
) -> Answer:
    if asked.dry_run:
        with transaction() as session:
            return BatchCount(matched=count_wanted(session, asked))
    answer = decide_about_many(asked, ruling)
    if isinstance(answer, BatchAccepted):
        response.status_code = HTTPStatus.ACCEPTED
    return answer


def _ruling(
    decision: Decision,
    asked: BatchDecisionRequest,
    caller: Caller,
    client: str | None,
) -> BatchRuling:
    return BatchRuling(
        decision_id=new_decision_id(),
        decision=decision,
        decided_by=caller.account_id,
        decided_at=now(),
        reason=asked.reason,
        note=asked.note,
        client=(client or "")[:LONGEST_CLIENT] or None,
    )
