"""Count a request: in Redis, else in this process; proving who one is needs Redis."""

import logging
from time import monotonic

from redis.exceptions import RedisError

from config.connections import async_redis_client
from config.errors import LimitedError, UnreachableError
from config.settings import settings
from config.vocabulary import LimitClass
from tasks.limits.local_window import LocalWindow
from tasks.limits.schemas import Asker, Count
from tasks.limits.window import RedisWindow

log = logging.getLogger(__name__)

LEFT_ALONE_SECONDS = 1.0
"""After a failure Redis is not asked for so long: nobody waits for it in vain."""


class RateLimitedError(LimitedError):
    """Somebody asked more often than their class of limit allows."""

    def __init__(self, limit_class: LimitClass, count: Count) -> None:
        super().__init__(
            f"too many requests of this kind; try again in {count.reset_seconds} s",
            details={"retryAfter": count.reset_seconds, "limit": limit_class},
        )


class CountingAwayError(UnreachableError):
    """Nobody can count sign-ins now, so there are none."""

    code = "limits_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "signing in is closed for a moment, because attempts cannot be counted; "
            "try again soon",
            details={"retryAfter": 5},
        )


class Limiter:
    """Counts every request of one process, in one event loop."""

    def __init__(self) -> None:
        self._window: RedisWindow | None = None
        self._local = LocalWindow()
        self._ask_again_at = 0.0

    async def count(self, asker: Asker, limit_class: LimitClass) -> Count:
        """
        Count one request for whoever asks, or refuse it.

        Raises:
            CountingAwayError: It is of the class `auth`, and Redis does not answer.
        """
        section = settings().limits
        limit, window = getattr(section, limit_class), section.window
        if monotonic() >= self._ask_again_at:
            try:
                return await self._shared().count(
                    asker, limit_class, limit=limit, window=window
                )
            except (RedisError, OSError) as away:
                log.warning("requests are counted by this process alone: %s", away)
                self._ask_again_at = monotonic() + LEFT_ALONE_SECONDS
        if limit_class is LimitClass.AUTH:
            raise CountingAwayError
        return self._local.count(
            asker, limit_class, limit=limit, window=window, now=monotonic()
        )

    def _shared(self) -> RedisWindow:
        redis = async_redis_client()
        if self._window is None or self._window.redis is not redis:
            self._window = RedisWindow(redis)
        return self._window
