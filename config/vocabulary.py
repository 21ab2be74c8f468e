"""The closed word lists; each word is stored and answered as it is written here."""

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"


class CampaignRunState(StrEnum):
    """Where one run of a campaign is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the run any more."""
        return self in {CampaignRunState.COMPLETED, CampaignRunState.FAILED}


class Stage(StrEnum):
    """What a campaign run spends its time on, in the order of the work."""

    ACQUISITION = "acquisition"
    FILTERING = "filtering"
    REVIEW = "review"
    TRACKING = "tracking"


class Decision(StrEnum):
    """What a reviewer decided about a public profile, or that nobody has yet."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class EventType(StrEnum):
    """What a tracking event tells of."""

    ACQUISITION = "acquisition"
    FILTERING = "filtering"
    REVIEW = "review"
    CAMPAIGN = "campaign"


class Permission(StrEnum):
    """What an account may do; a route names exactly one."""

    CAMPAIGNS_READ = "campaigns.read"
    CAMPAIGNS_WRITE = "campaigns.write"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    ANALYTICS_READ = "analytics.read"
    ANALYTICS_WRITE = "analytics.write"
    ACCOUNT_OWN = "account.own"
    SERVICES_READ = "admin.services.read"


class Role(StrEnum):
    """A named set of permissions."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
