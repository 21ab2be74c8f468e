"""What crosses a boundary about steps: history, undo, leases, progress."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import Field, StrictInt

from config.schema import Schema
from config.vocabulary import Decision, DecisionKind, ReviewOrder
from tasks.reviews.schemas import Note, ReviewCard

LARGEST_HAND = 100
"""Public profiles that one request about leases may name."""

ReviewIds = Annotated[tuple[UUID, ...], Len(1, LARGEST_HAND)]


class ReopenRequest(Schema):
    """Why a decided public profile is to be looked at again."""

    reason: Annotated[str, Len(1, 1_000)]
    note: Note | None = None
    version: Annotated[StrictInt, Ge(1)] | None = None
    """Version the reviewer saw; another one answers 409."""


class UndoAnswer(Schema):
    """What was taken back."""

    undone: int
    ids: tuple[UUID, ...]


class OwnDecision(Schema):
    """Something that the caller decided: one public profile, or many at once."""

    decision_id: UUID
    kind: DecisionKind
    decision: Decision
    at: datetime
    count: int
    handle: str | None
    """Of the public profile, if it is one that still exists."""

    is_undone: bool


class OwnDecisions(Schema):
    """The caller's latest decisions, newest first."""

    items: tuple[OwnDecision, ...]


class HistoryStep(Schema):
    """One line of the review log about one public profile."""

    decision_id: UUID
    kind: DecisionKind
    at: datetime
    by: UUID
    by_name: str | None
    before: Annotated[Decision, Field(alias="from")]
    after: Annotated[Decision, Field(alias="to")]
    version: int
    reason: str | None
    note: str | None
    client: str | None
    vote: Decision | None
    undoes: UUID | None


class History(Schema):
    """What was done to one public profile, oldest first."""

    items: tuple[HistoryStep, ...]


class EarlierDecision(Schema):
    """What was decided about the same person in another campaign."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    decision: Decision
    score: int
    at: datetime
    by: UUID | None
    by_name: str | None
    reason: str | None
    note: str | None


class EarlierDecisions(Schema):
    """Decisions about the same person elsewhere, newest first."""

    items: tuple[EarlierDecision, ...]


class NextRequest(Schema):
    """Which public profiles a reviewer wants to be given."""

    campaign_id: UUID | None = None
    count: Annotated[StrictInt, Ge(1), Le(10)] = 1
    order: ReviewOrder = ReviewOrder.SCORE
    decision: Literal[Decision.PENDING, Decision.MAYBE] = Decision.PENDING
    having: Annotated[tuple[UUID, ...], Len(0, LARGEST_HAND)] = ()
    """Held already, and not to be given again; others of mine come first."""


class NextAnswer(Schema):
    """Cards that are the caller's until their leases end, and how many wait in all."""

    items: tuple[ReviewCard, ...]
    waiting: int | None
    """Null where more than 10,000 wait: `/profiles/progress` counts those too."""


class LeasesRequest(Schema):
    """Public profiles whose leases are to be renewed or given back."""

    ids: ReviewIds


class RenewAnswer(Schema):
    """Until when the leases hold now, and which are lost."""

    until: datetime
    lost: tuple[UUID, ...]


class ReleaseAnswer(Schema):
    """How many leases were given back."""

    released: int


class OwnPace(Schema):
    """What one person decided since midnight UTC, and how fast in the last minutes."""

    today: Annotated[int, Ge(0)]
    per_minute: Annotated[float, Ge(0)]


class PersonToday(Schema):
    """What one of the team decided since midnight UTC."""

    name: str
    today: Annotated[int, Ge(0)]


class TeamPace(OwnPace):
    """What all decided, and each of them, busiest first."""

    people: tuple[PersonToday, ...]


class Progress(Schema):
    """How far the queue is, and when it will be done at the pace of now."""

    mine: OwnPace
    team: TeamPace
    waiting: int
    seconds_left: int | None
    """At the team's pace; null while nobody decides."""
