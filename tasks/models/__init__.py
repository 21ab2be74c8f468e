"""Every table, imported here so that Alembic sees them all."""

from tasks.models.accounts import Account, Login
from tasks.models.base import Base, new_id
from tasks.models.campaigns import (
    Campaign,
    CampaignRun,
    SourcePage,
    UnreadableItem,
    UploadedPiece,
    UploadedTable,
)
from tasks.models.events import TrackingEvent
from tasks.models.public_profiles import PublicProfile, ReviewItem

__all__ = [
    "Account",
    "Base",
    "Campaign",
    "CampaignRun",
    "Login",
    "PublicProfile",
    "ReviewItem",
    "SourcePage",
    "TrackingEvent",
    "UnreadableItem",
    "UploadedPiece",
    "UploadedTable",
    "new_id",
]
