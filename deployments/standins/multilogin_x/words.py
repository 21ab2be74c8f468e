"""Ids, dates and other words as the vendor writes them."""

import uuid
from datetime import UTC, datetime

NEVER = "0001-01-01T00:00:00Z"
"""A date that is not set yet."""


def new_id() -> str:
    """Return a random id."""
    return str(uuid.uuid4())


def new_quick_id() -> str:
    """Return an id of version 1, as quick browser profiles have."""
    return str(uuid.uuid1())


def written(moment: datetime) -> str:
    """Return a moment in RFC 3339, in UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def milliseconds(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
