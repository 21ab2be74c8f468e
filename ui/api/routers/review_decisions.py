"""Decide about one public profile, undo what one decided, reopen."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query

from config.clock import now
from config.vocabulary import Decision
from tasks.accounts.schemas import Caller
from tasks.database import transaction
from tasks.reviews import decide as decisions
from tasks.reviews import undo as undoing
from tasks.reviews.history import list_own
from tasks.reviews.schemas import DecisionRequest, ReviewCard, Ruling
from tasks.reviews.step_schemas import OwnDecisions, ReopenRequest, UndoAnswer
from ui.api.auth import ReviewDecide
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/profiles", tags=["review"])

LONGEST_CLIENT = 200
Client = Annotated[str | None, Header(alias="User-Agent", include_in_schema=False)]
"""The program a decision is taken with, as it calls itself."""


@router.get("/decisions/mine")
def show_own_decisions(
    caller: ReviewDecide,
    limit: Annotated[int, Query(ge=1, le=500, description="Decisions.")] = 20,
) -> OwnDecisions:
    """List what you decided last, newest first; a batch is one decision."""
    with transaction() as session:
        items = list_own(session, account_id=caller.account_id, limit=limit)
        return OwnDecisions(items=tuple(items))


@router.post("/decisions/{decision_id}/undo", dependencies=[TAKES_KEY])
def undo(decision_id: UUID, caller: ReviewDecide, client: Client = None) -> UndoAnswer:
    """Undo a decision of yours, a batch as one; 409 if somebody decided since."""
    wish = undoing.Wish(decision_id, caller.account_id, now(), _named(client))
    with transaction() as session:
        return undoing.undo(session, wish)


@router.post("/{profile_id}/approve", dependencies=[TAKES_KEY])
def approve(
    profile_id: UUID,
    caller: ReviewDecide,
    asked: DecisionRequest | None = None,
    client: Client = None,
) -> ReviewCard:
    """Approve a public profile; the same again changes nothing."""
    return _decide(profile_id, _ruling(Decision.APPROVED, caller, client), asked)


@router.post("/{profile_id}/reject", dependencies=[TAKES_KEY])
def reject(
    profile_id: UUID,
    caller: ReviewDecide,
    asked: DecisionRequest | None = None,
    client: Client = None,
) -> ReviewCard:
    """Reject a public profile; the same again changes nothing."""
    return _decide(profile_id, _ruling(Decision.REJECTED, caller, client), asked)


@router.post("/{profile_id}/maybe", dependencies=[TAKES_KEY])
def put_aside(
    profile_id: UUID,
    caller: ReviewDecide,
    asked: DecisionRequest | None = None,
    client: Client = None,
) -> ReviewCard:
    """Put a public profile aside as a maybe; it can be decided later."""
    return _decide(profile_id, _ruling(Decision.MAYBE, caller, client), asked)


@router.post("/{profile_id}/skip", dependencies=[TAKES_KEY])
def pass_on(
    profile_id: UUID,
    caller: ReviewDecide,
    asked: DecisionRequest | None = None,
    client: Client = None,
) -> ReviewCard:
    """Pass a public profile on: it goes to the end of the queue, and still waits."""
    return _decide(profile_id, _ruling(Decision.SKIPPED, caller, client), asked)


@router.post("/{profile_id}/pending", dependencies=[TAKES_KEY])
def take_back(
    profile_id: UUID,
    caller: ReviewDecide,
    asked: DecisionRequest | None = None,
    client: Client = None,
) -> ReviewCard:
    """Take a decision back: the public profile waits again."""
    return _decide(profile_id, _ruling(Decision.PENDING, caller, client), asked)


@router.post("/{profile_id}/reopen", dependencies=[TAKES_KEY])
def reopen(
    profile_id: UUID,
    asked: ReopenRequest,
    caller: ReviewDecide,
    client: Client = None,
) -> ReviewCard:
    """Have a decided public profile looked at again, and say why."""
    ruling = _ruling(Decision.PENDING, caller, client)
    ruling = replace(ruling, reason=asked.reason, note=asked.note)
    with transaction() as session:
        return decisions.reopen(
            session, profile_id, ruling=ruling, seen_version=asked.version
        )


def _decide(
    profile_id: UUID, ruling: Ruling, asked: DecisionRequest | None
) -> ReviewCard:
    wish = asked or DecisionRequest()
    ruling = replace(ruling, reason=wish.reason, note=wish.note)
    with transaction() as session:
        return decisions.decide(
            session, profile_id, ruling=ruling, seen_version=wish.version
        )


def _ruling(decision: Decision, caller: Caller, client: str | None) -> Ruling:
    return Ruling(decision, caller.account_id, now(), client=_named(client))


def _named(client: str | None) -> str | None:
    return (client or "")[:LONGEST_CLIENT] or None
