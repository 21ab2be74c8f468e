"""What became of each page or row of a campaign run, and reading failures again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from config.vocabulary import Fate
from flows import campaign_life
from flows.campaign_report import ReportAnswer, report_file
from flows.campaign_report import show_report as make_report
from flows.campaign_rerun import RerunRequest
from tasks.campaigns.schemas import CampaignAnswer
from ui.api.auth import CampaignsRead, CampaignsWrite
from ui.api.dependencies import After, Limit
from ui.api.idempotency import TAKES_KEY

router = APIRouter(tags=["campaigns"])

RunId = Annotated[
    UUID | None,
    Query(alias="runId", description="A run of the campaign; the latest if left out."),
]


@router.get("/campaigns/{campaign_id}/report")
def show_report(
    campaign_id: UUID,
    _caller: CampaignsRead,
    limit: Limit,
    after: After = None,
    run_id: RunId = None,
    fate: Fate | None = None,
) -> ReportAnswer:
    """Count what became of each item of a run; list what was not acquired, and why."""
    return make_report(
        campaign_id, campaign_run_id=run_id, fate=fate, after=after, limit=limit
    )


@router.get(
    "/campaigns/{campaign_id}/report/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file, as it is read.",
            "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def export_report(
    campaign_id: UUID, _caller: CampaignsRead, run_id: RunId = None
) -> StreamingResponse:
    """Export a run's report as CSV; its items add up, texts in it are no formulas."""
    return StreamingResponse(
        report_file(campaign_id, run_id),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="report.csv"'},
    )


@router.post("/campaigns/{campaign_id}/rerun-failed", dependencies=[TAKES_KEY])
def rerun_failed(
    campaign_id: UUID, _caller: CampaignsWrite, asked: RerunRequest | None = None
) -> CampaignAnswer:
    """Start a run that reads only what the last one failed at."""
    return campaign_life.rerun_failed(campaign_id, asked or RerunRequest())
