"""One frozen class an event; its fields are what a listener is told."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from pydantic.alias_generators import to_camel
from typing_extensions import override

from config.vocabulary import CampaignRunState, CampaignState, EventType


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something that happened: to a campaign, a public profile, a browser.

    A kind with a field `each` stands for many events alike, one for each of these; a
    listener is told each of them by itself.
    """

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

    def alike(self) -> list[dict[str, Any]]:
        """Return what each of many events says beside `data`; nothing for one event."""
        return []


@cache
def _shown_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, to_camel(name)) for name in names if name != "each")


@dataclass(frozen=True, slots=True)
class ProfileDecided(Event):
    """A reviewer decided, or took a decision back."""

    type = EventType.REVIEW

    profile_id: UUID
    profile: str
    decision: str
    decided_by: str
    undoes: UUID | None = None
    """The decision that was undone, if this is its end."""


@dataclass(frozen=True, slots=True)
class ProfileSkipped(Event):
    """A reviewer passed a public profile on; it goes to the end of the queue."""

    type = EventType.REVIEW

    profile_id: UUID
    profile: str
    skipped_by: str


@dataclass(frozen=True, slots=True)
class ProfileVoted(Event):
    """A reviewer gave, or took back, one of several opinions; it did not decide."""

    type = EventType.REVIEW

    profile_id: UUID
    profile: str
    vote: str
    voted_by: str
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProfilesDecided(Event):
    """
    A reviewer decided about many at once.

    Of a batch that a worker carries out, `done` of `matched` are gone through.
    """

    type = EventType.REVIEW

    decision: str
    modified: int
    decided_by: str
    undoes: UUID | None = None
    batch_id: UUID | None = None
    done: int | None = None
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignChanged(Event):
    """A campaign, or its run, went from one state to the next."""

    type = EventType.CAMPAIGN

    status: CampaignState
    campaign_run_id: UUID | None = None
    run: CampaignRunState | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignScheduled(Event):
    """A campaign's schedule was set, removed, or came round; it may be left out."""

    type = EventType.CAMPAIGN

    is_on: bool
    next_at: str | None = None
    """ISO 8601, in UTC."""

    message: str | None = None
    """Why no run was begun, if it was left out."""

    step: str = "schedule"


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
class CampaignRescored(Event):
    """A portion of a campaign was scored under its present criteria."""

    type = EventType.CAMPAIGN

    version: int
    rescored: int
    joined: int
    """The review queue, because they pass now."""

    left: int
    """The review queue, because they pass no more."""


@dataclass(frozen=True, slots=True)
class BrowserProfileCreated(Event):
    """A browser profile was made; it has no browser yet."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    step: str = "created"


@dataclass(frozen=True, slots=True)
class BrowserProfileRemoved(Event):
    """A browser profile is gone for good."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    step: str = "removed"


@dataclass(frozen=True, slots=True)
class BrowserStartRequested(Event):
    """A worker is about to start a browser."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    worker: str
    step: str = "start_requested"


@dataclass(frozen=True, slots=True)
class BrowserStarted(Event):
    """A browser answers; where, is told only to who may drive it."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    worker: str
    step: str = "started"


@dataclass(frozen=True, slots=True)
class BrowserStartFailed(Event):
    """A browser did not come up."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    error: str
    message: str
    step: str = "start_failed"


@dataclass(frozen=True, slots=True)
class BrowserStopRequested(Event):
    """A browser is about to be stopped."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    step: str = "stop_requested"


@dataclass(frozen=True, slots=True)
class BrowserStopped(Event):
    """A browser was stopped, as somebody wished."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    step: str = "stopped"


@dataclass(frozen=True, slots=True)
class BrowserCrashed(Event):
    """A browser is gone, and nobody stopped it."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    error: str
    message: str
    step: str = "crashed"


@dataclass(frozen=True, slots=True)
class BrowserAdopted(Event):
    """A browser was found running that the registry did not show as running."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    worker: str
    message: str
    step: str = "adopted"


@dataclass(frozen=True, slots=True)
class BrowserReclaimed(Event):
    """A browser that nobody had a use for was stopped."""

    type = EventType.BROWSER

    browser_profile_id: UUID
    name: str
    message: str
    step: str = "swept"


@dataclass(frozen=True, slots=True)
class LeakTestEnded(Event):
    """A leak test came to its end; a kind that is left out could not be known."""

    type = EventType.CLOAK

    leak_test_id: UUID
    subject_kind: str
    verdict: str
    scope: str
    subject_id: UUID | None = None
    name: str | None = None
    ip_leak: bool | None = None
    dns_leak: bool | None = None
    webrtc_leak: bool | None = None
    error: str | None = None
    step: str = "leak_tested"


@dataclass(frozen=True, slots=True)
class BrowserOmitted(Event):
    """A campaign run left a browser profile out: its leak test is not as demanded."""

    type = EventType.CAMPAIGN

    campaign_run_id: UUID
    browser_profile_id: UUID
    name: str
    message: str
    step: str = "browser_set_aside"


@dataclass(frozen=True, slots=True)
class TunnelChanged(Event):
    """A tunnel went from one state to the next, or its exit changed."""

    type = EventType.CLOAK

    location: str
    state: str
    protocol: str | None = None
    exit_ip: str | None = None
    error: str | None = None
    message: str | None = None
    step: str = "tunnel_changed"


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
