"""What crosses a boundary about limits."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from config.schema import Schema
from config.vocabulary import LimitClass


class Asker(NamedTuple):
    """Who a request is counted for: an account if we know it, else an address."""

    account_id: UUID | None
    address: str

    @property
    def key(self) -> str:
        """Return the word that counts are kept under."""
        if self.account_id is not None:
            return f"account:{self.account_id}"
        return f"address:{self.address}"


class Count(NamedTuple):
    """What a request came to when it was counted."""

    is_admitted: bool
    limit: int
    remaining: int
    reset_seconds: int
    """Until there is room for one request more than now; whole seconds, rounded up."""

    refused: int = 0
    """Refusals to be written down now: since the last time, this one included."""


class ViolationAnswer(Schema):
    """Somebody went over a limit; at most one a minute for the same."""

    id: UUID
    created_at: datetime
    limit_class: LimitClass
    account_id: UUID | None
    address: str
    allowed: int
    """Requests that the window admits."""

    refused: int
    """Refused since the entry before this one, this one included."""

    method: str
    path: str
    correlation_id: str
    """Of the request that was refused."""
