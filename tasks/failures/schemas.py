"""What crosses a boundary about unexpected errors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.schema import Schema


@dataclass(frozen=True, slots=True)
class Finding:
    """What is kept of one unexpected error; every text is masked."""

    fingerprint: str
    """The same for errors of one kind that come from the same place."""

    kind: str
    """Name of the exception."""

    message: str
    place: str
    """What was being done, such as `POST /api/v1/campaigns`."""

    trace: str
    correlation_id: str


class FailureAnswer(Schema):
    """One kind of unexpected error, as an administrator sees it."""

    id: UUID
    fingerprint: str
    kind: str
    message: str
    place: str
    trace: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    correlation_id: str
    """Of the last time; the log has more under it."""
