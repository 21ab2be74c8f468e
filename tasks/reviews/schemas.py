"""What crosses a boundary about reviews: cards and decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import Field, StrictInt, model_validator

from config.schema import Schema
from config.vocabulary import Decision
from tasks.reviews.likelihood_schemas import Likelihood


class ScorePartAnswer(Schema):
    """What one criterion contributed to a score, and why."""

    name: str
    points: int
    possible: int
    value: str | None
    explanation: str


class LeaseShown(Schema):
    """Who looks at a public profile now, and until when it stays with them."""

    by: UUID
    by_name: str | None
    until: datetime


class VotesShown(Schema):
    """How many think what, and how many must think the same."""

    approve: int
    reject: int
    needed: int
    of: int
    is_split: bool
    """People disagree, or nobody may give a further opinion and none has enough."""


class ReviewRule(Schema):
    """How many reviewers must agree before a public profile is decided."""

    opinions: Annotated[StrictInt, Ge(1), Le(3)] = 1
    """So many equal opinions decide."""

    of: Annotated[StrictInt, Ge(1), Le(9)] = 1
    """So many reviewers are asked at most."""

    @model_validator(mode="after")
    def _asks_enough(self) -> Self:
        if self.of < self.opinions:
            raise ValueError("`of` may not be less than `opinions`")
        return self


class StoredProfile(Schema):
    """What a campaign has stored of one public profile."""

    id: UUID
    campaign_id: UUID
    platform: str
    handle: str
    display_name: str | None
    url: str | None
    external_id: str | None
    bio: str | None
    followers: int | None
    following: int | None
    posts: int | None
    verified: bool | None
    kind: str | None
    location: str | None
    language: str | None
    topics: tuple[str, ...]
    picture_url: str | None
    joined_at: datetime | None = None
    last_post_at: datetime | None = None
    reactions_per_post: float | None = None
    extra: dict[str, Any] | None = None
    """What else the recipe read, by the recipe's own names."""

    acquired_at: datetime


class ReviewCard(StoredProfile):
    """One public profile before a reviewer: what it states, and why its score."""

    score: Annotated[int, Ge(0), Le(100)]
    confidence: float
    parts: tuple[ScorePartAnswer, ...]
    status: Decision
    decided_by: UUID | None
    decided_by_name: str | None = None
    decided_at: datetime | None
    decision_id: UUID | None = None
    """Undo takes this one; after a skip or an opinion, the skip's or the opinion's."""

    reason: str | None
    note: str | None = None
    version: int
    lease: LeaseShown | None = None
    votes: VotesShown | None = None
    """Opinions so far, where the campaign asks for more than one."""

    likelihood: Likelihood | None = None
    """Learned from the campaign's decisions; None while nothing is offered."""


class CampaignResult(StoredProfile):
    """One public profile of a campaign as it is exported, reviewed or not."""

    score: int
    confidence: float
    parts: tuple[ScorePartAnswer, ...]
    criteria_version: int
    """Version of the campaign whose criteria gave the score."""

    status: Decision | None
    """What was decided; None if it scored below the threshold and was not reviewed."""

    decided_by_name: str | None
    decided_at: datetime | None
    reason: str | None
    note: str | None


class ResultPlace(NamedTuple):
    """Where a public profile stands among those of its campaign."""

    platform: str
    handle_key: str


class ReviewPage(Schema):
    """One page of cards; `next` asks for the following one, `None` at the end."""

    items: tuple[ReviewCard, ...]
    next: str | None


Reason = Annotated[str, Len(0, 1_000)]
Note = Annotated[str, Len(0, 4_000)]


class DecisionRequest(Schema):
    """What a reviewer may say beside the decision itself."""

    reason: Reason | None = None
    note: Note | None = None
    version: Annotated[StrictInt, Ge(1)] | None = Field(
        default=None,
        description="Version the reviewer saw; another one answers 409.",
    )


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision, who took it, when and why."""

    decision: Decision
    decided_by: UUID
    decided_at: datetime
    reason: str | None = None
    note: str | None = None
    client: str | None = None
    """The program it is taken with, as it calls itself."""

    decision_id: UUID | None = None
    """A new one is made if none is given."""
