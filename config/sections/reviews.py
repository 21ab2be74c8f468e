"""How public profiles are reviewed."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Le

from config.sections.base import Section


class ReviewsSettings(Section):
    """Read from `MUSTER_REVIEWS__*`."""

    lease: Annotated[timedelta, Ge(timedelta(seconds=1)), Le(timedelta(hours=1))] = (
        timedelta(minutes=2)
    )
    """How long a public profile stays with the reviewer who was given it."""
