"""One public profile of the review queue, its past, and how far the queue is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from config.clock import now
from tasks.database import transaction
from tasks.reviews.history import list_earlier, list_history
from tasks.reviews.progress import measure_progress
from tasks.reviews.repository import get_card
from tasks.reviews.schemas import ReviewCard
from tasks.reviews.step_schemas import EarlierDecisions, History, Progress
from ui.api.auth import ReviewRead

router = APIRouter(prefix="/profiles", tags=["review"])

CampaignId = Annotated[UUID | None, Query(alias="campaignId")]


@router.get("/progress")
def show_progress(caller: ReviewRead, campaign_id: CampaignId = None) -> Progress:
    """See what you and the team decided today, how fast, and what is left."""
    with transaction() as session:
        return measure_progress(
            session, campaign_id=campaign_id, account_id=caller.account_id, now=now()
        )


@router.get("/{profile_id}")
def show_card(profile_id: UUID, _caller: ReviewRead) -> ReviewCard:
    """Look at one public profile and why it got its score."""
    with transaction() as session:
        return get_card(session, profile_id)


@router.get("/{profile_id}/history")
def show_history(profile_id: UUID, _caller: ReviewRead) -> History:
    """Look at what was done to a public profile, step by step, oldest first."""
    with transaction() as session:
        return History(items=tuple(list_history(session, profile_id)))


@router.get("/{profile_id}/earlier")
def show_earlier(profile_id: UUID, _caller: ReviewRead) -> EarlierDecisions:
    """Look at decisions about the same person in other campaigns."""
    with transaction() as session:
        return EarlierDecisions(items=tuple(list_earlier(session, profile_id)))
