"""The review queue: look at public profiles, decide about them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from config.clock import now
from config.vocabulary import Decision
from tasks.accounts.schemas import Caller
from tasks.database import transaction
from tasks.reviews.decide import decide, decide_batch
from tasks.reviews.repository import count_decisions, get_card, list_cards, read_place
from tasks.reviews.schemas import (
    BatchDecisionAnswer,
    BatchDecisionRequest,
    DecisionRequest,
    ReviewCard,
    Ruling,
)
from ui.api.answers import DecisionCounts, ReviewList
from ui.api.auth import ReviewDecide, ReviewRead
from ui.api.dependencies import Limit, last_of_full

router = APIRouter(prefix="/profiles", tags=["review"])

CampaignId = Annotated[UUID | None, Query(alias="campaignId")]


@router.get("")
def show_cards(
    _caller: ReviewRead,
    limit: Limit,
    campaign_id: CampaignId = None,
    status: Literal["pending", "approved", "rejected", "all"] = "pending",
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> ReviewList:
    """List public profiles of the review queue, highest score first."""
    with transaction() as session:
        items = list_cards(
            session,
            campaign_id=campaign_id,
            decision=None if status == "all" else Decision(status),
            after=read_place(after) if after else None,
            limit=limit,
        )
        counts = count_decisions(session, campaign_id=campaign_id)
    last = last_of_full(items, limit)
    return ReviewList(
        items=tuple(items),
        next=f"{last.score}_{last.id}" if last else None,
        counts=DecisionCounts(**{str(word): count for word, count in counts.items()}),
    )


@router.post("/batch/approve")
def approve_many(
    asked: BatchDecisionRequest, caller: ReviewDecide
) -> BatchDecisionAnswer:
    """Approve those of the given public profiles that still wait."""
    return _decide_many(asked, Decision.APPROVED, caller)


@router.post("/batch/reject")
def reject_many(
    asked: BatchDecisionRequest, caller: ReviewDecide
) -> BatchDecisionAnswer:
    """Reject those of the given public profiles that still wait."""
    return _decide_many(asked, Decision.REJECTED, caller)


@router.get("/{profile_id}")
def show_card(profile_id: UUID, _caller: ReviewRead) -> ReviewCard:
    """Look at one public profile and why it got its score."""
    with transaction() as session:
        return get_card(session, profile_id)


@router.post("/{profile_id}/approve")
def approve(
    profile_id: UUID, caller: ReviewDecide, asked: DecisionRequest | None = None
) -> ReviewCard:
    """Approve a public profile; the same again changes nothing."""
    return _decide(profile_id, Decision.APPROVED, caller, asked)


@router.post("/{profile_id}/reject")
def reject(
    profile_id: UUID, caller: ReviewDecide, asked: DecisionRequest | None = None
) -> ReviewCard:
    """Reject a public profile; the same again changes nothing."""
    return _decide(profile_id, Decision.REJECTED, caller, asked)


@router.post("/{profile_id}/pending")
def take_back(
    profile_id: UUID, caller: ReviewDecide, asked: DecisionRequest | None = None
) -> ReviewCard:
    """Take a decision back: the public profile waits again."""
    return _decide(profile_id, Decision.PENDING, caller, asked)


def _decide(
    profile_id: UUID, decision: Decision, caller: Caller, asked: DecisionRequest | None
) -> ReviewCard:
    wish = asked or DecisionRequest()
    ruling = Ruling(decision, caller.account_id, now(), wish.reason)
    with transaction() as session:
        return decide(session, profile_id, ruling=ruling, seen_version=wish.version)


def _decide_many(
    asked: BatchDecisionRequest, decision: Decision, caller: Caller
) -> BatchDecisionAnswer:
    ruling = Ruling(decision, caller.account_id, now(), asked.reason)
    with transaction() as session:
        return decide_batch(session, asked.ids, ruling=ruling)
