"""Every table, imported here so that Alembic sees them all."""

from tasks.models.accounts import (
    Account,
    Invitation,
    Login,
    LoginActivity,
    PasswordReset,
)
from tasks.models.api_secrets import ApiSecret
from tasks.models.audit import AuditEntry
from tasks.models.base import Base, id_at, new_id, new_ids
from tasks.models.browser_profiles import (
    BrowserFolder,
    BrowserProfile,
    RunningBrowser,
)
from tasks.models.campaigns import (
    Campaign,
    CampaignRun,
    CampaignSchedule,
    FailurePicture,
    PageMark,
    SourcePage,
    UnreadableItem,
    UploadedPiece,
    UploadedTable,
)
from tasks.models.events import TrackingEvent
from tasks.models.leak_tests import LeakTest, LeakTestSchedule
from tasks.models.operations import Failure, KeptAnswer, LimitViolation
from tasks.models.proxies import (
    AccountSession,
    Proxy,
    ProxyAction,
    ProxyAttempt,
    ProxyHistory,
    ProxyPin,
    RotationTerms,
)
from tasks.models.public_profiles import (
    EarlierScore,
    ForgottenPerson,
    PublicProfile,
    ReviewItem,
)
from tasks.models.review_work import (
    ReviewBatch,
    ReviewBatchMember,
    ReviewLikelihood,
    ReviewView,
)
from tasks.models.reviews import ReviewLogHead, ReviewStep, ReviewVote
from tasks.models.vpn import TunnelKeeper, VpnTunnel

__all__ = [
    "Account",
    "AccountSession",
    "ApiSecret",
    "AuditEntry",
    "Base",
    "BrowserFolder",
    "BrowserProfile",
    "Campaign",
    "CampaignRun",
    "CampaignSchedule",
    "EarlierScore",
    "Failure",
    "FailurePicture",
    "ForgottenPerson",
    "Invitation",
    "KeptAnswer",
    "LeakTest",
    "LeakTestSchedule",
    "LimitViolation",
    "Login",
    "LoginActivity",
    "PageMark",
    "PasswordReset",
    "Proxy",
    "ProxyAction",
    "ProxyAttempt",
    "ProxyHistory",
    "ProxyPin",
    "PublicProfile",
    "ReviewBatch",
    "ReviewBatchMember",
    "ReviewItem",
    "ReviewLikelihood",
    "ReviewLogHead",
    "ReviewStep",
    "ReviewView",
    "ReviewVote",
    "RotationTerms",
    "RunningBrowser",
    "SourcePage",
    "TrackingEvent",
    "TunnelKeeper",
    "UnreadableItem",
    "UploadedPiece",
    "UploadedTable",
    "VpnTunnel",
    "id_at",
    "new_id",
    "new_ids",
]
