"""A portion that is read, scored and packed: all that comes before storing it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter

from config.vocabulary import Stage
from tasks.public_profiles.acquire import AcquiredPortion
from tasks.public_profiles.ready import ReadyProfile, make_ready
from tasks.public_profiles.score import Scoring


@dataclass(frozen=True, slots=True)
class ReadPortion:
    """Items that were read and scored, and the seconds that took, by stage."""

    portion: AcquiredPortion
    """Without its public profiles."""

    ready: list[ReadyProfile]
    seconds: dict[str, float]

    @property
    def items(self) -> int:
        """How many items were read, well or not."""
        others = len(self.portion.unreadable) + self.portion.unchanged
        return len(self.ready) + others


class Stopwatch:
    """Seconds by stage, for one portion."""

    def __init__(self, so_far: dict[str, float] | None = None) -> None:
        self.seconds = dict(so_far or {})

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Count the time inside the block towards a stage."""
        began = perf_counter()
        try:
            yield
        finally:
            spent = perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + spent


def read_portion(
    acquire: Callable[[], AcquiredPortion], scoring: Scoring
) -> ReadPortion:
    """Read a portion, and score and pack what was read."""
    watch = Stopwatch()
    with watch.stage(Stage.ACQUISITION):
        portion = acquire()
    with watch.stage(Stage.FILTERING):
        ready = [make_ready(one, scoring.score(one)) for one in portion.profiles]
    return ReadPortion(replace(portion, profiles=()), ready, watch.seconds)
