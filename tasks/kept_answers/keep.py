"""Do a thing once: claim its key, keep its answer, give it again for a repeat."""

from datetime import datetime
from uuid import UUID

from config.errors import ConflictError, InvalidError
from config.settings import settings
from tasks.database import transaction
from tasks.kept_answers import repository
from tasks.kept_answers.schemas import KeptAnswerContent, KeyedRequest


class StillUnderWayError(ConflictError):
    """The first request under this key has not ended."""

    code = "idempotency_in_flight"

    def __init__(self) -> None:
        super().__init__(
            "the first request with this Idempotency-Key is still under way; try again "
            "in a moment",
            details={"retryAfter": 1},
        )


class KeyReusedError(InvalidError):
    """The key belongs to a request that said something else."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was used for another request; take a new key",
            field="Idempotency-Key",
        )


class ShownOnceError(ConflictError):
    """It was done, and its answer held a secret that is not kept."""

    code = "shown_once"

    def __init__(self) -> None:
        super().__init__(
            "this was done already; its answer holds a secret and is not shown again"
        )


def claim_key(request: KeyedRequest, *, now: datetime) -> UUID | KeptAnswerContent:
    """
    Claim a key for a request, or return the answer that is kept under it.

    Raises:
        StillUnderWayError: Another request holds it and has not ended.
    """
    expires_at = now + settings().limits.in_flight_lifetime
    with transaction() as session:
        repository.forget_kept(session, request, now=now)
        claim = repository.add_claim(session, request, expires_at=expires_at)
        if claim is not None:
            return claim
        kept = repository.find_kept(session, request)
        if kept is None or kept.status is None:
            raise StillUnderWayError
        return KeptAnswerContent(
            request_hash=kept.request_hash or "",
            status=kept.status,
            media_type=kept.media_type or "",
            content=kept.content,
        )


def keep_answer(
    request: KeyedRequest, claim: UUID, answer: KeptAnswerContent, *, now: datetime
) -> None:
    """Keep the answer to a request that succeeded."""
    expires_at = now + settings().limits.kept_answer_lifetime
    with transaction() as session:
        repository.keep_content(session, request, claim, answer, expires_at=expires_at)


def release_key(request: KeyedRequest, claim: UUID) -> None:
    """Let a key go whose request did nothing, so that it can be tried again."""
    with transaction() as session:
        repository.remove_claim(session, request, claim)


def require_same(kept: KeptAnswerContent, *, request_hash: str) -> bytes:
    """
    Return the content of a kept answer for the same request.

    Raises:
        KeyReusedError: The request says something else.
        ShownOnceError: The answer held a secret.
    """
    if kept.request_hash != request_hash:
        raise KeyReusedError
    if kept.content is None:
        raise ShownOnceError
    return kept.content
