"""One frozen class an event; its fields are what a listener is told."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from uuid import UUID

from config.vocabulary import CampaignRunState, CampaignState, Decision, EventType


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a campaign or to one of its public profiles."""

    type: ClassVar[EventType]

    campaign_id: UUID

    def data(self) -> dict[str, Any]:
        """Return what a listener is told, as plain JSON values, unknown left out."""
        return {
            _CAMEL.get(name, name): str(value) if isinstance(value, UUID) else value
            for name, value in asdict(self).items()
            if value is not None
        }


_CAMEL = {
    "campaign_id": "campaignId",
    "campaign_run_id": "campaignRunId",
    "profile_id": "profileId",
    "decided_by": "decidedBy",
}


@dataclass(frozen=True, slots=True)
class ProfileAcquired(Event):
    """A public profile was read for the first time in its campaign."""

    type = EventType.ACQUISITION

    profile_id: UUID
    profile: str
    """Its handle, with an `@` in front."""


@dataclass(frozen=True, slots=True)
class ProfileScored(Event):
    """A public profile was held against the criteria."""

    type = EventType.FILTERING

    profile_id: UUID
    profile: str
    score: int
    kept: bool


@dataclass(frozen=True, slots=True)
class ProfileQueued(Event):
    """A public profile waits for a reviewer."""

    type = EventType.REVIEW

    profile_id: UUID
    profile: str
    score: int
    decision: str = Decision.PENDING


@dataclass(frozen=True, slots=True)
class ProfileDecided(Event):
    """A reviewer decided, or took a decision back."""

    type = EventType.REVIEW

    profile_id: UUID
    profile: str
    decision: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class ProfilesDecided(Event):
    """A reviewer decided about many at once."""

    type = EventType.REVIEW

    decision: str
    modified: int
    decided_by: str


@dataclass(frozen=True, slots=True)
class CampaignChanged(Event):
    """A campaign, or its run, went from one state to the next."""

    type = EventType.CAMPAIGN

    status: CampaignState
    campaign_run_id: UUID | None = None
    run: CampaignRunState | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignAdvanced(Event):
    """One portion of a run was stored; the counts are the run's totals so far."""

    type = EventType.CAMPAIGN

    campaign_run_id: UUID
    acquired: int
    scored: int
    queued: int
    rejected: int
    unreadable: int
