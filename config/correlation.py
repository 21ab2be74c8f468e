"""The correlation id: one word that ties an answer to its log lines and flow runs."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""Of the request that is being answered, or was; empty where there was none."""

_TAG = "correlation:"


def correlation_tags() -> tuple[str, ...]:
    """Return what ties a flow run to the request that wants it, as its tags."""
    asked = correlation_id.get()
    return (f"{_TAG}{asked}",) if asked else ()


@contextmanager
def correlated_by(tags: Iterable[str]) -> Generator[None]:
    """Let the log lines of the block carry the id that a flow run's tags name."""
    named = (tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG))
    token = correlation_id.set(next(named, correlation_id.get()))
    try:
        yield
    finally:
        correlation_id.reset(token)
