"""Shapes that only the API has: pages, acknowledgements, health."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import AllowInfNan, Field, Strict, model_validator

from config.recipes.catalogue import RecipeKind, SecretNeed
from config.schema import Schema
from config.vocabulary import EventType, ServiceState
from tasks.api_secrets.schemas import ApiSecretAnswer
from tasks.campaigns.schemas import (
    CampaignAnswer,
    FailurePictureAnswer,
    UnreadableAnswer,
)
from tasks.failures.schemas import FailureAnswer
from tasks.limits.schemas import ViolationAnswer
from tasks.reviews.schemas import ReviewCard, ScorePartAnswer
from tasks.reviews.views import ReviewViewAnswer
from tasks.services.schemas import ServiceHealth

LARGEST_REPORT = 50
Whole = Annotated[int, Strict(), Ge(-(2**63)), Le(2**63 - 1)]
Told = str | Whole | Annotated[float, Strict(), AllowInfNan(False)] | bool | None  # noqa: FBT003 - its one argument
"""A value that JSON, PostgreSQL and every listener can hold."""

RESERVED = {"id", "type", "at", "campaignId"}


class CampaignList(Schema):
    """Campaigns; `next` goes into `after`, `null` at the end."""

    items: tuple[CampaignAnswer, ...]
    next: str | None


class EarlierScore(Schema):
    """A score under criteria that were changed since."""

    criteria_version: int
    score: int
    confidence: float
    parts: tuple[ScorePartAnswer, ...]
    replaced_at: datetime


class EarlierScoreList(Schema):
    """Earlier scores of a public profile, the latest first."""

    items: tuple[EarlierScore, ...]


class UnreadableList(Schema):
    """What a run could not read; `next` goes into `after`, `null` at the end."""

    items: tuple[UnreadableAnswer, ...]
    next: str | None


class FailurePictureList(Schema):
    """Pictures of pages that a run could not read, oldest first."""

    items: tuple[FailurePictureAnswer, ...]


class FailureList(Schema):
    """Unexpected errors; `next` goes into `after`, `null` at the end."""

    items: tuple[FailureAnswer, ...]
    next: str | None


class ViolationList(Schema):
    """Who went over a limit; `next` goes into `after`, `null` at the end."""

    items: tuple[ViolationAnswer, ...]
    next: str | None


class PipelineAnswer(Schema):
    """The campaign that was made and started."""

    campaign_id: UUID


class RecipeInput(Schema):
    """One value that a campaign gives to a recipe."""

    name: str
    description: str
    required: bool
    default: str | None
    pattern: str | None
    """Regular expression that the whole value matches."""

    many: bool
    """Whether it takes a list of values."""


class RecipeNeedsAnswer(Schema):
    """What a campaign has to give besides the inputs."""

    listing: bool
    """The address of a listing."""

    base_url: bool
    """The address of a server, where a service has many."""

    secret: SecretNeed
    secret_about: str
    """Which permission the secret needs."""


class RecipeAnswer(Schema):
    """A recipe that pages or a JSON interface can be read with."""

    kind: RecipeKind
    name: str
    version: int
    """Raised with every change of meaning; a source may insist on one."""

    title: str
    description: str
    platform: str | None
    documentation: str | None
    """Address of the service's own description."""

    needs: RecipeNeedsAnswer
    inputs: tuple[RecipeInput, ...]
    details: str | None
    """What a second look at each record adds, if the recipe knows one."""


class RecipeList(Schema):
    """All recipes, by name."""

    items: tuple[RecipeAnswer, ...]


class ApiSecretList(Schema):
    """All secrets by name, masked."""

    items: tuple[ApiSecretAnswer, ...]


class DecisionCounts(Schema):
    """How many public profiles wait, were approved, rejected, put aside."""

    pending: Annotated[int, Ge(0)]
    approved: Annotated[int, Ge(0)]
    rejected: Annotated[int, Ge(0)]
    maybe: Annotated[int, Ge(0)]


class ReviewList(Schema):
    """Cards of the review queue, best first; `next` goes into `after`."""

    items: tuple[ReviewCard, ...]
    next: str | None
    counts: DecisionCounts


class ReviewViewList(Schema):
    """Saved views, by name."""

    items: tuple[ReviewViewAnswer, ...]


class MetricsAnswer(Schema):
    """What there is, in numbers."""

    campaigns: dict[str, int]
    """State -> campaigns in it."""

    profiles: DecisionCounts
    events: int
    """Tracking events so far."""


class ReportRequest(Schema):
    """A step that another program took for us."""

    type: EventType
    data: dict[str, Told] = Field(default_factory=dict, max_length=LARGEST_REPORT)
    campaign_id: UUID | None = None

    @model_validator(mode="after")
    def _leaves_our_names_alone(self) -> Self:
        taken = RESERVED & set(self.data)
        if taken:
            raise ValueError(f"data may not name {', '.join(sorted(taken))}")
        return self


class AcceptedAnswer(Schema):
    """It was written down, and everybody who follows will be told."""

    status: str = "accepted"


class RecentEvents(Schema):
    """The newest tracking events, newest first."""

    items: tuple[dict[str, Any], ...]
    last: int
    """Follow the stream from here (`last_event_id`) to miss and repeat nothing."""


class TicketAnswer(Schema):
    """A ticket for one WebSocket."""

    ticket: str
    expires_in: int
    """Seconds within which it must be used."""


class HealthAnswer(Schema):
    """The process answers."""

    status: str = "ok"


class DetailedHealth(Schema):
    """How everything does: `down` without database or Redis; and how each part does."""

    status: ServiceState
    parts: dict[str, ServiceHealth]
