"""Other criteria for what a campaign has: what they would change, and the change."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from flows import campaign_rescoring
from flows.campaign_rescoring import (
    CriteriaPreviewAnswer,
    CriteriaPreviewRequest,
    RescoringAnswer,
)
from tasks.database import transaction
from tasks.public_profiles.rescoring import list_earlier_scores
from ui.api.answers import EarlierScore, EarlierScoreList
from ui.api.auth import CampaignsRead, CampaignsWrite, ReviewRead
from ui.api.idempotency import TAKES_KEY

router = APIRouter(tags=["campaigns"])


@router.post("/campaigns/{campaign_id}/criteria-preview")
def preview_criteria(
    campaign_id: UUID, asked: CriteriaPreviewRequest, _caller: CampaignsWrite
) -> CriteriaPreviewAnswer:
    """Count how many of the last public profiles would pass; nothing is stored."""
    return campaign_rescoring.preview_criteria(campaign_id, asked)


@router.post(
    "/campaigns/{campaign_id}/rescore",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[TAKES_KEY],
)
def rescore_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> RescoringAnswer:
    """Score all of a campaign under its present criteria; old scores are kept."""
    return campaign_rescoring.start_rescoring(campaign_id)


@router.get("/campaigns/{campaign_id}/rescore")
def show_rescoring(campaign_id: UUID, _caller: CampaignsRead) -> RescoringAnswer:
    """Look how many public profiles still have a score under earlier criteria."""
    return campaign_rescoring.show_rescoring(campaign_id)


@router.get("/profiles/{review_id}/scores")
def show_earlier_scores(review_id: UUID, _caller: ReviewRead) -> EarlierScoreList:
    """List the scores of a public profile under earlier criteria, latest first."""
    with transaction() as session:
        rows = list_earlier_scores(session, review_id)
    return EarlierScoreList(
        items=tuple(EarlierScore.model_validate(row) for row in rows)
    )
