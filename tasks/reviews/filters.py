"""What a list, a batch, an export or a saved view wants of the review queue."""

from typing import Annotated, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import StringConstraints, model_validator

from config.schema import Schema
from config.vocabulary import Decision

Sort = Literal["-score", "score", "uncertainty", "createdAt", "-createdAt"]
"""Highest score first; lowest first; least certain first; oldest; newest."""

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")
]
Points = Annotated[int, Ge(0), Le(100)]


class ReviewFilter(Schema):
    """Which public profiles are meant; what is left out does not matter."""

    campaign_id: UUID | None = None
    decision: Annotated[tuple[Decision, ...], Len(0, len(Decision))] = (
        Decision.PENDING,
    )
    """Any of these; an empty list means whatever was decided."""

    min_score: Points | None = None
    max_score: Points | None = None
    platform: Words | None = None
    search: Words | None = None
    """Part of a handle, a name, a bio or a place."""

    verified: bool | None = None
    decided_by: UUID | None = None
    reason: Words | None = None
    """Part of the reason that was given."""

    @model_validator(mode="after")
    def _scores_are_in_order(self) -> Self:
        least, most = self.min_score, self.max_score
        if least is not None and most is not None and least > most:
            raise ValueError(f"minScore {least} is larger than maxScore {most}")
        return self
