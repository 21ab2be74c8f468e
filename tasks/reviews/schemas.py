"""What crosses a boundary about reviews."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import Field, StrictInt

from config.schema import Schema
from config.vocabulary import Decision


class ScorePartAnswer(Schema):
    """What one criterion contributed to a score, and why."""

    name: str
    points: int
    possible: int
    value: str | None
    explanation: str


class ReviewCard(Schema):
    """One public profile before a reviewer: what it states, and why its score."""

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
    acquired_at: datetime
    score: Annotated[int, Ge(0), Le(100)]
    confidence: float
    parts: tuple[ScorePartAnswer, ...]
    status: Decision
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None
    version: int


class ReviewPage(Schema):
    """One page of cards; `next` asks for the following one, `None` at the end."""

    items: tuple[ReviewCard, ...]
    next: str | None


class DecisionRequest(Schema):
    """What a reviewer may say beside the decision itself."""

    reason: Annotated[str, Len(0, 1_000)] | None = None
    version: Annotated[StrictInt, Ge(1)] | None = Field(
        default=None,
        description="Version the reviewer saw; another one answers 409.",
    )


class BatchDecisionRequest(Schema):
    """The public profiles a reviewer decides about at once."""

    ids: Annotated[tuple[UUID, ...], Len(1, 1_000)]
    reason: Annotated[str, Len(0, 1_000)] | None = None


class BatchDecisionAnswer(Schema):
    """How many of the ids exist, and how many the decision changed."""

    matched: int
    modified: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision, who took it, when and why."""

    decision: Decision
    decided_by: UUID
    decided_at: datetime
    reason: str | None = None
