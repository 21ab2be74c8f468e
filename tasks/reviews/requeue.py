"""What a new score means for the queue: who joins it, who leaves, who stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

_JOIN = text(
    """
    INSERT INTO review_items (id, campaign_id, score, decision)
    SELECT id, :campaign_id, score, 'pending'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS queued (
      id uuid, score int, passes bool)
    WHERE passes
    ON CONFLICT (id) DO NOTHING
    RETURNING id
    """
)
_FOLLOW = text(
    """
    UPDATE review_items SET score = scored.score
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS scored (id uuid, score int)
    WHERE review_items.id = scored.id AND review_items.score <> scored.score
    """
)
_LEAVE = text(
    """
    DELETE FROM review_items WHERE id = ANY(:ids)
      AND decision = 'pending' AND decision_id IS NULL
      AND (leased_until IS NULL OR leased_until < :now)
      AND NOT EXISTS (SELECT FROM review_votes WHERE review_id = review_items.id)
    RETURNING id
    """
)


class Rescored(NamedTuple):
    """A public profile's new score, and whether it is good enough."""

    id: UUID
    score: int
    passes: bool


class QueueChange(NamedTuple):
    """Who joined the queue, and who left it."""

    joined: frozenset[UUID]
    left: frozenset[UUID]


def requeue(
    session: Session, rescored: Sequence[Rescored], *, campaign_id: UUID, now: datetime
) -> QueueChange:
    """
    Bring the queue to new scores; decisions are never touched.

    Who passes now joins. Who waits and passes no more leaves, unless a person has
    begun with it: it is leased, has an opinion, or was decided and taken back. These,
    and all that are decided, stay and show the new score.
    """
    rows = orjson.dumps([one._asdict() for one in rescored]).decode()
    session.execute(_FOLLOW, {"rows": rows})
    below = [one.id for one in rescored if not one.passes]
    left = session.scalars(_LEAVE, {"ids": below, "now": now}).all()
    joined = session.scalars(_JOIN, {"rows": rows, "campaign_id": campaign_id}).all()
    return QueueChange(frozenset(joined), frozenset(left))
