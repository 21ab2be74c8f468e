"""All that a campaign has acquired, as a file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from tasks.campaigns.repository import get_campaign
from tasks.database import transaction
from tasks.reviews.results import ResultForm, result_file
from ui.api.auth import ReviewRead

router = APIRouter(tags=["campaigns"])

_MEDIA_TYPES: Mapping[ResultForm, str] = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}
_FILE: Mapping[str, Any] = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/campaigns/{campaign_id}/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file, as it is read.",
            "content": dict.fromkeys(_MEDIA_TYPES.values(), _FILE),
        }
    },
)
def export_results(
    campaign_id: UUID, _caller: ReviewRead, form: ResultForm = "csv"
) -> StreamingResponse:
    """Export all of a campaign, reviewed or not; texts in CSV are no formulas."""
    with transaction() as session:
        get_campaign(session, campaign_id)
    return StreamingResponse(
        result_file(campaign_id, form),
        media_type=_MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="results.{form}"'},
    )
