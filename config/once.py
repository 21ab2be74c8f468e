"""What is opened once a process, however many threads ask for it first."""

from collections.abc import Callable
from functools import cache, update_wrapper
from threading import RLock
from typing import Any, Generic, TypeVar

Opened = TypeVar("Opened")


class Once(Generic[Opened]):
    """
    Calls a function once and returns its value ever after.

    `functools.cache` lets several threads in as long as there is no value, and all
    connections but one are then lost without being closed.
    """

    def __init__(self, open_it: Callable[[], Opened]) -> None:
        self._cached = cache(open_it)
        self._lock = RLock()
        update_wrapper(self, open_it)

    def __call__(self) -> Opened:
        """Return the value."""
        with self._lock:
            return self._cached()

    def cache_clear(self) -> None:
        """Have the next caller open it anew; who clears has closed it."""
        with self._lock:
            self._cached.cache_clear()

    def cache_info(self) -> Any:
        """Return as `functools.cache` does whether there is a value."""
        return self._cached.cache_info()
