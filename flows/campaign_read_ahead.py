"""Reads the next rows of a table while those before are being stored."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any

from flows.campaign_reading import ReadPortion


class ReadAhead:
    """
    At most one portion that is being read, or was; close it at the end.

    PostgreSQL works on another core than we do, so that both need not wait in turn.
    What was read ahead and is not wanted is thrown away: only storing counts.
    """

    def __init__(self) -> None:
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._next: tuple[dict[str, Any], Future[ReadPortion]] | None = None

    def begin(self, position: dict[str, Any], read: Callable[[], ReadPortion]) -> None:
        """Begin to read what lies after a position."""
        self._next = position, self._reader.submit(copy_context().run, read)

    def take(self, position: dict[str, Any]) -> ReadPortion | None:
        """Return what was read from a position, None for nothing; raise as it did."""
        ahead, self._next = self._next, None
        if ahead is None:
            return None
        begins_at, reading = ahead
        wait((reading,))  # the source has one reader at a time
        return reading.result() if begins_at == position else None

    def close(self) -> None:
        """Wait for what is being read, and forget it."""
        self._reader.shutdown(cancel_futures=True)
        self._next = None
