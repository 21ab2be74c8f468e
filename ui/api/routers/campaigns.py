"""Campaigns: create, look at, start, pause, resume, complete, cancel."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from config.vocabulary import CampaignState
from flows import campaign_life
from flows.campaign_life import CampaignChange, CampaignRequest
from flows.source_preview import PreviewAnswer, preview_source
from tasks.campaigns.repository import get_campaign, list_campaigns
from tasks.campaigns.run_items import list_unreadable_items
from tasks.campaigns.schemas import CampaignAnswer, UnreadableAnswer
from tasks.database import transaction
from tasks.pages import PageWish
from ui.api.answers import CampaignList, PipelineAnswer, UnreadableList
from ui.api.auth import CampaignsRead, CampaignsWrite
from ui.api.conditions import IfMatch, seen_versions, tell_version
from ui.api.dependencies import LARGEST_NUMBER, Limit, last_of_full, paged_by
from ui.api.idempotency import TAKES_KEY

router = APIRouter(tags=["campaigns"])


@router.get("/campaigns")
def show_campaigns(
    _caller: CampaignsRead,
    page: Annotated[PageWish, paged_by("-createdAt", "updatedAt", "name")],
    status: CampaignState | None = None,
    before: Annotated[
        UUID | None, Query(deprecated=True, description="An older word for `after`.")
    ] = None,
) -> CampaignList:
    """List campaigns with their latest runs, newest first."""
    if before is not None and page.after is None:
        page = page._replace(after=str(before))
    with transaction() as session:
        found = list_campaigns(session, page, state=status)
    return CampaignList(items=tuple(found.rows), next=found.next)


@router.post("/campaigns", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY])
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
def show_campaign(
    campaign_id: UUID, _caller: CampaignsRead, response: Response
) -> CampaignAnswer:
    """Look at one campaign with its latest run; the ETag is for changing it."""
    campaign = campaign_life.show_campaign(campaign_id)
    tell_version(response, campaign.version)
    return campaign


@router.patch("/campaigns/{campaign_id}")
def change_campaign(
    campaign_id: UUID,
    asked: CampaignChange,
    _caller: CampaignsWrite,
    response: Response,
    if_match: IfMatch = None,
) -> CampaignAnswer:
    """Change a campaign that is not active; 412 if somebody else did meanwhile."""
    seen = seen_versions(if_match, stated=asked.version)
    campaign = campaign_life.change_campaign(campaign_id, asked, seen=seen)
    tell_version(response, campaign.version)
    return campaign


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


@router.post("/campaigns/{campaign_id}/start", dependencies=[TAKES_KEY])
def start_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Start a campaign's next run."""
    return campaign_life.start_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/pause")
def pause_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Stop a campaign after the portion under way; nothing it has is lost."""
    return campaign_life.pause_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/resume", dependencies=[TAKES_KEY])
def resume_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """Let a paused campaign go on from where it stopped."""
    return campaign_life.resume_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/complete")
def complete_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """End a campaign for good; what it has acquired stays."""
    return campaign_life.complete_campaign(campaign_id)


@router.post("/campaigns/{campaign_id}/cancel")
def cancel_campaign(campaign_id: UUID, _caller: CampaignsWrite) -> CampaignAnswer:
    """End a campaign at once: what it has stored stays, what is in hand goes."""
    return campaign_life.cancel_campaign(campaign_id)


@router.post("/pipeline/run", status_code=HTTPStatus.ACCEPTED, dependencies=[TAKES_KEY])
def run_pipeline(asked: CampaignRequest, caller: CampaignsWrite) -> PipelineAnswer:
    """Create a campaign and start it. Follow it on `/tracking/stream`."""
    campaign_id = campaign_life.run_pipeline(asked, created_by=caller.account_id)
    return PipelineAnswer(campaign_id=campaign_id)
