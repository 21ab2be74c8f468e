"""A campaign's life: draft, started, paused, resumed, completed; each told of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ConflictError
from config.vocabulary import CampaignRunState, CampaignState
from tasks.campaigns.repository import (
    add_run,
    find_latest_run,
    get_campaign,
)
from tasks.campaigns.schemas import WaitingRun
from tasks.events.outbox import record_event
from tasks.events.types import CampaignChanged

STARTABLE = {CampaignState.DRAFT, CampaignState.COMPLETED, CampaignState.FAILED}


class CampaignStateError(ConflictError):
    """The campaign is in a state that does not allow this."""

    code = "campaign_state"

    def __init__(self, wish: str, state: str) -> None:
        super().__init__(
            f"a campaign that is {state} cannot be {wish}", details={"status": state}
        )


def start_campaign(session: Session, campaign_id: UUID, *, now: datetime) -> WaitingRun:
    """
    Make a campaign active with a new run, and return the run to dispatch.

    Raises:
        CampaignStateError: It runs already, or is paused (resume it instead).
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state not in STARTABLE:
        raise CampaignStateError("started", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.ACTIVE, now
    campaign_run = add_run(session, campaign_id=campaign_id, now=now)
    _tell(session, campaign_id, CampaignState.ACTIVE, campaign_run.id)
    return WaitingRun(campaign_run.id, attempt=0)


def pause_campaign(session: Session, campaign_id: UUID, *, now: datetime) -> None:
    """
    Ask an active campaign to stop after the portion under way.

    Raises:
        CampaignStateError: It is not active.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state != CampaignState.ACTIVE:
        raise CampaignStateError("paused", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.PAUSED, now
    _tell(session, campaign_id, CampaignState.PAUSED, None)


def resume_campaign(
    session: Session, campaign_id: UUID, *, now: datetime
) -> WaitingRun | None:
    """
    Make a paused campaign active again.

    Returns the run to dispatch, or None while a taker still holds it: the
    pause has not reached that one yet and it simply goes on.

    Raises:
        CampaignStateError: It is not paused.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state != CampaignState.PAUSED:
        raise CampaignStateError("resumed", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.ACTIVE, now
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    _tell(session, campaign_id, CampaignState.ACTIVE, None)
    if campaign_run is None or campaign_run.state == CampaignRunState.RUNNING:
        return None
    campaign_run.state, campaign_run.heartbeat_at = CampaignRunState.QUEUED, now
    campaign_run.flow_run_id = None
    return WaitingRun(campaign_run.id, attempt=campaign_run.attempt)


def complete_campaign(session: Session, campaign_id: UUID, *, now: datetime) -> None:
    """
    End a campaign; a run under way ends after its portion, and keeps what it has.

    Raises:
        CampaignStateError: It has ended already, or never began.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state not in {CampaignState.ACTIVE, CampaignState.PAUSED}:
        raise CampaignStateError("completed", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.COMPLETED, now
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    if campaign_run is not None and campaign_run.state != CampaignRunState.RUNNING:
        campaign_run.state, campaign_run.ended_at = CampaignRunState.COMPLETED, now
    _tell(session, campaign_id, CampaignState.COMPLETED, None)


def _tell(
    session: Session,
    campaign_id: UUID,
    state: CampaignState,
    campaign_run_id: UUID | None,
) -> None:
    changed = CampaignChanged(
        campaign_id=campaign_id, status=state, campaign_run_id=campaign_run_id
    )
    record_event(session, changed)
