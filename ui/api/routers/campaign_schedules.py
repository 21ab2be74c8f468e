"""When a campaign runs by itself: look, set, remove, and try a cron line."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from flows import campaign_schedule_life as life
from tasks.campaigns.repository import get_campaign
from tasks.campaigns.schedule_schemas import (
    CampaignScheduleAnswer,
    CampaignScheduleRequest,
    CampaignTimes,
    CronLine,
    TimezoneName,
)
from tasks.database import transaction
from ui.api.auth import CampaignsRead, CampaignsWrite

router = APIRouter(prefix="/campaigns/{campaign_id}/schedule", tags=["campaigns"])


@router.get("")
def show_schedule(campaign_id: UUID, _caller: CampaignsRead) -> CampaignScheduleAnswer:
    """Look at a campaign's schedule, its next times, and what came of the last."""
    return life.show_schedule(campaign_id)


@router.put("")
def set_schedule(
    campaign_id: UUID, asked: CampaignScheduleRequest, caller: CampaignsWrite
) -> CampaignScheduleAnswer:
    """Have a campaign run by itself at the times of a cron line, or change them."""
    return life.set_schedule(campaign_id, asked, caller)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
def remove_schedule(campaign_id: UUID, caller: CampaignsWrite) -> None:
    """Let a campaign run by itself no longer; a run under way goes on."""
    life.remove_schedule(campaign_id, caller)


@router.get("/times")
def show_times(
    campaign_id: UUID,
    _caller: CampaignsRead,
    cron: Annotated[CronLine, Query()],
    timezone: Annotated[TimezoneName, Query()] = "UTC",
) -> CampaignTimes:
    """Return the next times of a cron line before it is set."""
    with transaction() as session:
        get_campaign(session, campaign_id)
    return life.show_times(cron, timezone)
