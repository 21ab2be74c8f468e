"""Rate limits: how many requests in a sliding window."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

_MOST_CALLERS = 10_000


class Allowance(NamedTuple):
    """Whether a request may pass, how many may follow, and seconds to wait if not."""

    is_given: bool
    remaining: int
    wait_seconds: float


@dataclass
class Limit:
    """So many requests of one caller in so many seconds; 0 is as many as they like."""

    count: int
    window_seconds: float
    _seen: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def ask(self, caller: str, *, at: float) -> Allowance:
        """Count a request at `at`, in seconds of a clock that never goes back."""
        if not self.count:
            return Allowance(True, 0, 0.0)  # noqa: FBT003 - a named tuple's field
        if len(self._seen) > _MOST_CALLERS:
            self._seen.clear()
        seen = self._seen[caller]
        while seen and seen[0] <= at - self.window_seconds:
            seen.popleft()
        if len(seen) >= self.count:
            wait = seen[0] + self.window_seconds - at
            return Allowance(False, 0, wait)  # noqa: FBT003 - a named tuple's field
        seen.append(at)
        return Allowance(True, self.count - len(seen), 0.0)  # noqa: FBT003 - a named tuple's field
