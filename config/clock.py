"""The only clock: everything below the edge takes `now` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC; only the edge of the system asks."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place the rule names
