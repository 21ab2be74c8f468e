"""Numbers of today, and steps that other programs report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from config.vocabulary import CampaignState
from tasks.campaigns.repository import count_by_state, get_campaign
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.stream import count_events
from tasks.events.types import ActivityReported
from tasks.reviews.repository import count_decisions
from ui.api.answers import (
    AcceptedAnswer,
    DecisionCounts,
    MetricsAnswer,
    ReportRequest,
)
from ui.api.auth import AnalyticsRead, AnalyticsWrite
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/analytics", tags=["analytics"])


@router.get("/metrics")
def show_metrics(
    _caller: AnalyticsRead,
    campaign_id: Annotated[UUID | None, Query(alias="campaignId")] = None,
) -> MetricsAnswer:
    """Return how many campaigns, public profiles and events there are."""
    with transaction() as session:
        if campaign_id is None:
            states = count_by_state(session)
        else:
            states = {get_campaign(session, campaign_id).state: 1}
        decisions = count_decisions(session, campaign_id=campaign_id)
    return MetricsAnswer(
        campaigns={state.value: states.get(state, 0) for state in CampaignState},
        profiles=DecisionCounts(**{str(word): n for word, n in decisions.items()}),
        events=count_events(campaign_id),
    )


@router.post("/event", status_code=status.HTTP_202_ACCEPTED, dependencies=[TAKES_KEY])
def report_event(asked: ReportRequest, _caller: AnalyticsWrite) -> AcceptedAnswer:
    """Tell everybody who follows of a step that another program took."""
    reported = ActivityReported(
        campaign_id=asked.campaign_id, reported=asked.type, told=dict(asked.data)
    )
    with transaction() as session:
        if asked.campaign_id is not None:
            get_campaign(session, asked.campaign_id)
        record_event(session, reported)
    return AcceptedAnswer()
