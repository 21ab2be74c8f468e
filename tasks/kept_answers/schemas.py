"""What crosses a boundary about kept answers."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class KeyedRequest(NamedTuple):
    """A request under an Idempotency-Key: whose, and to where."""

    account_id: UUID
    route: str
    """Method and canonical path."""

    key: str

    @property
    def key_hash(self) -> str:
        """Return what it is kept under; others' keys and routes never meet it."""
        told = "\n".join((str(self.account_id), self.route, self.key))
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptAnswerContent:
    """An answer as it was sent; without content it held a secret."""

    request_hash: str
    """SHA-256 of what had been sent."""

    status: int
    media_type: str
    content: bytes | None
