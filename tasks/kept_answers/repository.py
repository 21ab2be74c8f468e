"""Queries and changes of kept answers; takes a session, never commits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tasks.kept_answers.schemas import KeptAnswerContent, KeyedRequest
from tasks.models import KeptAnswer, new_id

FORGOTTEN_AT_ONCE = 100


def add_claim(
    session: Session, request: KeyedRequest, *, expires_at: datetime
) -> UUID | None:
    """Claim a key and return the claim, or None if somebody has it."""
    claim = new_id()
    added = session.execute(
        insert(KeptAnswer)
        .values(
            key_hash=request.key_hash,
            account_id=request.account_id,
            claim=claim,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
        .returning(KeptAnswer.key_hash)
    )
    return claim if added.first() is not None else None


def find_kept(session: Session, request: KeyedRequest) -> KeptAnswer | None:
    """Return what is kept under a key."""
    return session.get(KeptAnswer, request.key_hash)


def keep_content(
    session: Session,
    request: KeyedRequest,
    claim: UUID,
    answer: KeptAnswerContent,
    *,
    expires_at: datetime,
) -> None:
    """Store the answer to a request whose key is still ours."""
    session.execute(
        update(KeptAnswer)
        .where(KeptAnswer.key_hash == request.key_hash, KeptAnswer.claim == claim)
        .values(
            request_hash=answer.request_hash,
            status=answer.status,
            media_type=answer.media_type,
            content=answer.content,
            expires_at=expires_at,
        )
    )


def remove_claim(session: Session, request: KeyedRequest, claim: UUID) -> None:
    """Let the key go, if it is still ours."""
    session.execute(
        delete(KeptAnswer).where(
            KeptAnswer.key_hash == request.key_hash, KeptAnswer.claim == claim
        )
    )


def forget_kept(session: Session, request: KeyedRequest, *, now: datetime) -> None:
    """Delete what has expired: under this key, and some of the rest."""
    session.execute(
        delete(KeptAnswer).where(
            KeptAnswer.key_hash == request.key_hash, KeptAnswer.expires_at <= now
        )
    )
    old = (
        select(KeptAnswer.key_hash)
        .where(KeptAnswer.expires_at <= now)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(KeptAnswer).where(KeptAnswer.key_hash.in_(old)))


def _place_of(words: str) -> ColumnElement[int]:
    """Return where words stand in the content, from 1; 0 if they do not."""
    return func.position(literal(words.encode()).op("IN")(KeptAnswer.content))


def forget_naming(session: Session, words: Sequence[str]) -> int:
    """Let go of the content of kept answers that hold some words; return how many."""
    if not words:
        return 0
    holds = [_place_of(one) > 0 for one in words]
    emptied = session.execute(
        update(KeptAnswer)
        .where(KeptAnswer.content.is_not(None), or_(*holds))
        .values(content=None)
        .returning(KeptAnswer.key_hash)
    )
    return len(emptied.all())
