"""The suggestions of a campaign: how good they are, and whether they are shown."""

from uuid import UUID

from fastapi import APIRouter

from tasks.campaigns.repository import get_campaign
from tasks.database import transaction
from tasks.reviews import likelihood_life
from tasks.reviews.likelihood_schemas import LikelihoodAnswer, LikelihoodChange
from ui.api.auth import CampaignsWrite, ReviewRead

router = APIRouter(tags=["review"])


@router.get("/campaigns/{campaign_id}/likelihood")
def show_likelihood(campaign_id: UUID, _caller: ReviewRead) -> LikelihoodAnswer:
    """See what was learned from a campaign's decisions, and how wrong it is."""
    with transaction() as session:
        get_campaign(session, campaign_id)
        return likelihood_life.describe_likelihood(session, campaign_id)


@router.put("/campaigns/{campaign_id}/likelihood")
def change_likelihood(
    campaign_id: UUID, asked: LikelihoodChange, _caller: CampaignsWrite
) -> LikelihoodAnswer:
    """Switch the suggestions of a campaign on or off, at any time."""
    with transaction() as session:
        get_campaign(session, campaign_id)
        return likelihood_life.change_likelihood(session, campaign_id, asked)
