"""One frozen class an event; its fields are what a listener is told."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from pydantic.alias_generators import to_camel
from typing_extensions import override

from config.vocabulary import CampaignRunState, CampaignState, Decision, EventType


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a campaign or to one of its public profiles."""

    type: ClassVar[EventType]

    campaign_id: UUID | None

    @property
    def account_id(self) -> UUID | None:
        """The only person who is told; None: everybody who may follow."""
        return None

    def data(self) -> dict[str, Any]:
        """Return what a listener is told, as JSON values, unknown left out."""
        shown = _shown_names(tuple(self.__dataclass_fields__))
        told = {word: getattr(self, name) for name, word in shown}
        return {word: value for word, value in told.items() if value is not None}


@cache
def _shown_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, to_camel(name)) for name in names)


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


@dataclass(frozen=True, slots=True)
class ActivityReported(Event):
    """Another program told us of a step it took, through the API."""

    reported: EventType
    told: dict[str, Any]
    account_id: UUID | None = None
    """The only person who is told; None: everybody who may follow."""

    @property
    @override
    def type(self) -> EventType:  # type: ignore[override]  # each report names its own
        """What kind of step it was."""
        return self.reported

    @override
    def data(self) -> dict[str, Any]:
        """Return what the program told, and the campaign it belongs to."""
        campaign = {"campaignId": str(self.campaign_id)} if self.campaign_id else {}
        return self.told | campaign
