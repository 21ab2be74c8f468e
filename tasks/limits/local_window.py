"""The same window for one process, while Redis is away."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from config.vocabulary import LimitClass
from tasks.limits.schemas import Asker, Count
from tasks.limits.window import REPORT_EVERY

MOST_KEYS = 10_000


@dataclass(slots=True)
class _Log:
    """What is known of one asker in one class; times in seconds."""

    times: deque[float] = field(default_factory=deque)
    refused: int = 0
    told_at: float = -math.inf


class LocalWindow:
    """Counts for this process only, and forgets who was there first if too many ask."""

    def __init__(self) -> None:
        self._logs: dict[tuple[LimitClass, str], _Log] = {}

    def count(
        self,
        asker: Asker,
        limit_class: LimitClass,
        *,
        limit: int,
        window: timedelta,
        now: float,
    ) -> Count:
        """Count one request at the time `now`, in seconds of a steady clock."""
        log, span = self._log_of(limit_class, asker.key), window.total_seconds()
        while log.times and log.times[0] <= now - span:
            log.times.popleft()
        if len(log.times) < limit:
            log.times.append(now)
            wait = log.times[0] + span - now
            left = limit - len(log.times)
            return Count(True, limit, left, _whole(wait))  # noqa: FBT003 - a record's first field
        log.refused += 1
        refused = 0
        if now - log.told_at >= REPORT_EVERY.total_seconds():
            refused, log.refused, log.told_at = log.refused, 0, now
        wait = log.times[len(log.times) - limit] + span - now
        return Count(False, limit, 0, _whole(wait), refused)  # noqa: FBT003 - a record's first field

    def _log_of(self, limit_class: LimitClass, key: str) -> _Log:
        found = self._logs.get((limit_class, key))
        if found is None:
            if len(self._logs) >= MOST_KEYS:
                del self._logs[next(iter(self._logs))]
            found = self._logs[limit_class, key] = _Log()
        return found


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
