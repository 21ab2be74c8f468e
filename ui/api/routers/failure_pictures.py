"""What browsers showed when pages of a campaign could not be read."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from tasks.campaigns.repository import (
    get_campaign,
    get_failure_picture,
    list_failure_pictures,
)
from tasks.database import transaction
from ui.api.answers import FailurePictureList
from ui.api.auth import CampaignsRead

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["campaigns"])

_PNG = "image/png"
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The page as the browser showed it.",
        "content": {_PNG: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/failure-pictures")
def show_failure_pictures(
    campaign_id: UUID, _caller: CampaignsRead
) -> FailurePictureList:
    """List the pictures of pages that the latest run could not read; a few at most."""
    with transaction() as session:
        get_campaign(session, campaign_id)
        items = tuple(list_failure_pictures(session, campaign_id))
    return FailurePictureList(items=items)


@router.get(
    "/failure-pictures/{picture_id}", response_class=Response, responses=_PICTURE
)
def show_failure_picture(
    campaign_id: UUID, picture_id: UUID, _caller: CampaignsRead
) -> Response:
    """Show one picture."""
    with transaction() as session:
        content = get_failure_picture(session, campaign_id, picture_id)
    return Response(content, media_type=_PNG, headers={"Cache-Control": "no-store"})
