"""Pictures of public profiles, which reviewers get from us and from nobody else."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge

from config.sections.base import Section


class PicturesSettings(Section):
    """Read from `MUSTER_PICTURES__*`."""

    largest_bytes: Annotated[int, Ge(1_024)] = 5_242_880
    """A picture larger than this is not shown."""

    cache_bytes: Annotated[int, Ge(0)] = 268_435_456
    """Size of the folder of fetched pictures; the oldest make room for new ones."""

    lifetime: timedelta = timedelta(days=7)
    """A picture older than this is fetched anew."""

    missing_lifetime: timedelta = timedelta(minutes=10)
    """A picture that could not be had is asked for again after this time."""

    request_timeout: timedelta = timedelta(seconds=8)
    """Longest wait for one picture; a reviewer is looking at the empty place."""
