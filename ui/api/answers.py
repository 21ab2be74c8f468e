"""Shapes that only the API has: pages, acknowledgements, health."""

from typing import Annotated, Any, Self
from uuid import UUID

from annotated_types import Ge
from pydantic import Field, model_validator

from config.schema import Schema
from config.vocabulary import EventType
from tasks.campaigns.schemas import CampaignAnswer, UnreadableAnswer
from tasks.reviews.schemas import ReviewCard

LARGEST_REPORT = 50
RESERVED = {"id", "type", "at", "campaignId"}


class CampaignList(Schema):
    """Campaigns, newest first; `next` goes into `before`, `null` at the end."""

    items: tuple[CampaignAnswer, ...]
    next: str | None


class UnreadableList(Schema):
    """What a run could not read; `next` goes into `after`, `null` at the end."""

    items: tuple[UnreadableAnswer, ...]
    next: str | None


class PipelineAnswer(Schema):
    """The campaign that was made and started."""

    campaign_id: UUID


class RecipeAnswer(Schema):
    """A recipe that HTML pages can be read with."""

    name: str
    title: str
    description: str


class RecipeList(Schema):
    """All recipes, by name."""

    items: tuple[RecipeAnswer, ...]


class DecisionCounts(Schema):
    """How many public profiles wait, were approved, were rejected."""

    pending: Annotated[int, Ge(0)]
    approved: Annotated[int, Ge(0)]
    rejected: Annotated[int, Ge(0)]


class ReviewList(Schema):
    """Cards of the review queue, best first; `next` goes into `after`."""

    items: tuple[ReviewCard, ...]
    next: str | None
    counts: DecisionCounts


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
    data: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, max_length=LARGEST_REPORT
    )
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


class HealthAnswer(Schema):
    """The process answers."""

    status: str = "ok"


class PartHealth(Schema):
    """One part: `ok`, `behind` or `away`, and how long its answer took."""

    status: str
    ms: float


class DetailedHealth(Schema):
    """The worst of the parts, and each of them."""

    status: str
    parts: dict[str, PartHealth]
