"""What crosses a boundary about decisions on many public profiles at once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import StrictBool, StrictInt, model_validator

from config.schema import Schema
from config.vocabulary import Decision
from tasks.reviews.filters import ReviewFilter

AT_ONCE = 5_000
"""So many are decided while the caller waits; more are a worker's."""

CONFLICTS_SHOWN = 1_000


class BatchState(StrEnum):
    """Where a batch is that a worker carries out."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the batch any more."""
        return self in {BatchState.COMPLETED, BatchState.FAILED}


class BatchDecisionRequest(Schema):
    """The public profiles a reviewer decides about at once: named, or by a filter."""

    ids: Annotated[tuple[UUID, ...], Len(1, AT_ONCE)] | None = None
    filter: ReviewFilter | None = None
    dry_run: StrictBool = False
    """Only count; nothing is decided."""

    up_to: Annotated[StrictInt, Ge(1), Le(10_000_000)] | None = None
    """At most so many of what the filter finds, best first."""

    reason: Annotated[str, Len(0, 1_000)] | None = None
    note: Annotated[str, Len(0, 4_000)] | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("name the public profiles by `ids`, or by a `filter`")
        if self.ids is not None and self.up_to is not None:
            raise ValueError("`upTo` goes with a `filter`")
        return self


class BatchCount(Schema):
    """How many a decision would be about."""

    matched: int


class BatchAccepted(Schema):
    """A worker carries the decision out; ask for it under this id."""

    batch_id: UUID


class ConflictKind(StrEnum):
    """Why a batch leaves a public profile as it is."""

    DECIDED = "decided"
    """Somebody decided otherwise."""

    HELD = "held"
    """It waits, and somebody else has it before them."""

    OPINIONS = "opinions"
    """Its campaign asks for several opinions, and a batch is none."""


class BatchConflict(Schema):
    """A public profile that a batch left as it is."""

    id: UUID
    decision: Decision
    """What it is and stays."""

    why: ConflictKind
    decided_by_name: str | None
    """Who decided, or who holds it; null if nobody is to be named."""


class BatchDecisionAnswer(Schema):
    """How many were meant and exist, and how many the decision changed."""

    matched: int
    modified: int
    conflicts: tuple[BatchConflict, ...] = ()
    """The first 1,000 of those that were decided otherwise, or are held."""

    decision_id: UUID | None = None
    """To undo all of it; null if nothing was changed."""


class BatchAnswer(Schema):
    """A batch that a worker carries out, as far as it is."""

    batch_id: UUID
    state: BatchState
    decision: Decision
    matched: int
    done: int
    modified: int
    conflicting: int
    conflicts: tuple[BatchConflict, ...]
    """The first 1,000 of those that were decided otherwise, or are held."""

    decision_id: UUID | None
    """To undo all of it; null as long as nothing was changed."""

    created_at: datetime
    ended_at: datetime | None
    error: str | None
    """Why it failed, for a person; what is done stays."""


@dataclass(frozen=True, slots=True)
class BatchRuling:
    """One decision about many, under one id: who took it, when, why and with what."""

    decision_id: UUID
    decision: Decision
    decided_by: UUID
    decided_at: datetime
    reason: str | None = None
    note: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class SilentBatch:
    """An unfinished batch that gave no sign of life."""

    batch_id: UUID
    flow_run_id: UUID | None
    attempt: int
