"""Campaigns: create, look at, start, pause, resume, complete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from flows import campaign_life
from flows.campaign_life import CampaignRequest
from flows.source_preview import PreviewAnswer, preview_source
from tasks.campaigns.repository import (
    get_campaign,
    list_campaigns,
    list_unreadable_items,
)
from tasks.campaigns.schemas import CampaignAnswer, UnreadableAnswer
from tasks.database import transaction
from ui.api.answers import CampaignList, PipelineAnswer, UnreadableList
from ui.api.auth import CampaignsRead, CampaignsWrite
from ui.api.dependencies import Limit, last_of_full

LARGEST_NUMBER = 2**63 - 1

router = APIRouter(tags=["campaigns"])


@router.get("/campaigns")
def show_campaigns(
    _caller: CampaignsRead, limit: Limit, before: UUID | None = None
) -> CampaignList:
    """List campaigns with their latest runs, newest first."""
    with transaction() as session:
        items = list_campaigns(session, before=before, limit=limit)
    last = last_of_full(items, limit)
    return CampaignList(items=tuple(items), next=str(last.id) if last else None)


@router.post("/campaigns", status_code=status.HTTP_201_CREATED)
def create_campaign(asked: CampaignRequest, caller: CampaignsWrite) -> CampaignAnswer:
    """Create a campaign in the state `draft`."""
    return campaign_life.create_campaign(asked, created_by=caller.account_id)


@router.post("/campaigns/preview")
async def preview_campaign(
    asked: CampaignRequest, _caller: CampaignsWrite
) -> PreviewAnswer:
    """Read and score the first few public profiles of a source; nothing is stored."""
    return await preview_source(asked)


@router.get("/campaigns/{campaign_id}")
def show_campaign(campaign_id: UUID, _caller: CampaignsRead) -> CampaignAnswer:
    """Look at one campaign with its latest run."""
    return campaign_life.show_campaign(campaign_id)


@router.get("/campaigns/{campaign_id}/unreadable")
def show_unreadable(
    campaign_id: UUID,
    _caller: CampaignsRead,
    limit: Limit,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
) -> UnreadableList:
    """List the rows and pages that the latest run could not read, and why."""
    with transaction() as session:
        get_campaign(session, campaign_id)
        rows = list_unreadable_items(session, campaign_id, after=after, limit=limit)
        items = tuple(UnreadableAnswer.model_validate(row) for row in rows)
        last = last_of_full(rows, limit)
    return UnreadableList(items=items, next=str(last.number) if last else None)


@router.post("/campaigns/{campaign_id}/start")
def start_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Start a campaign's next run."""
    return campaign_life.start_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/pause")
def pause_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Stop a campaign after the portion under way; nothing it has is lost."""
    return campaign_life.pause_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/resume")
def resume_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Let a paused campaign go on from where it stopped."""
    return campaign_life.resume_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/complete")
def complete_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """End a campaign for good; what it has acquired stays."""
    return campaign_life.complete_campaign(campaign_id)


@router.post("/pipeline/run", status_code=status.HTTP_202_ACCEPTED)
def run_pipeline(asked: CampaignRequest, caller: CampaignsWrite) -> PipelineAnswer:
    """Create a campaign and start it. Follow it on `/tracking/stream`."""
    campaign_id = campaign_life.run_pipeline(asked, created_by=caller.account_id)
    return PipelineAnswer(campaign_id=campaign_id)
