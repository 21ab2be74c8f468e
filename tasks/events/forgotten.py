"""Take the names of people out of tracking events, which keep their places."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.orm import Session

from config.connections import redis_client
from config.errors import UnreachableError
from config.settings import settings

REMOVED = "(removed)"
"""Stands in an event where the handle stood."""

_BLANK = text(
    """
    UPDATE tracking_events
    SET data = data || jsonb_build_object('profile', CAST(:removed AS text))
    WHERE campaign_id = ANY(:campaigns) AND alike IS NULL
      AND data ->> 'profileId' = ANY(:ids) AND data ->> 'profile' <> :removed
    RETURNING position, 1 AS events
    """
)
_BLANK_ALIKE = text(
    """
    UPDATE tracking_events AS event SET alike = (
      SELECT json_agg(
        CASE WHEN one ->> 'profileId' = ANY(:ids)
          THEN CAST(CAST(one AS jsonb)
            || jsonb_build_object('profile', CAST(:removed AS text)) AS json)
          ELSE one END
        ORDER BY place)
      FROM json_array_elements(event.alike) WITH ORDINALITY AS each (one, place)
    )
    WHERE campaign_id = ANY(:campaigns) AND alike IS NOT NULL
      AND created_at >= :since
      AND (CAST(:until AS timestamptz) IS NULL OR created_at <= :until)
      AND EXISTS (
        SELECT FROM json_array_elements(event.alike) AS one
        WHERE one ->> 'profileId' = ANY(:ids) AND one ->> 'profile' <> :removed)
    RETURNING position, (
      SELECT count(*) FROM json_array_elements(event.alike) AS one
      WHERE one ->> 'profileId' = ANY(:ids)) AS events
    """
)
_COUNT = text(
    """
    SELECT count(*) FROM tracking_events
    WHERE campaign_id = ANY(:campaigns) AND alike IS NULL
      AND data ->> 'profileId' = ANY(:ids) AND data ->> 'profile' <> :removed
    """
)
_COUNT_ALIKE = text(
    """
    SELECT count(*) FROM tracking_events AS event,
      json_array_elements(event.alike) AS one
    WHERE campaign_id = ANY(:campaigns) AND alike IS NOT NULL AND created_at >= :since
      AND one ->> 'profileId' = ANY(:ids) AND one ->> 'profile' <> :removed
    """
)


def count_named_events(
    session: Session,
    profile_ids: Sequence[UUID],
    *,
    campaign_ids: Sequence[UUID],
    since: datetime,
) -> int:
    """Return how many events name these public profiles."""
    asked = _asked(profile_ids, campaign_ids)
    single = session.scalar(_COUNT, asked) or 0
    return single + (session.scalar(_COUNT_ALIKE, asked | {"since": since}) or 0)


def blank_events(
    session: Session,
    profile_ids: Sequence[UUID],
    *,
    campaign_ids: Sequence[UUID],
    since: datetime,
    until: datetime | None = None,
) -> tuple[int, list[int]]:
    """
    Take the handles of public profiles out of the events of their campaigns.

    Args:
        session: The caller's transaction.
        profile_ids: Whose handles.
        campaign_ids: Their campaigns.
        since: When the first of them was stored; no event is older.
        until: When the last was; None to look at all that came after as well.

    Returns:
        How many events named them, and the positions of the rows these are in, for
        `forget_in_stream`.
    """
    asked = _asked(profile_ids, campaign_ids)
    span = {"since": since, "until": until}
    rows = [
        *session.execute(_BLANK, asked),
        *session.execute(_BLANK_ALIKE, asked | span),
    ]
    positions = [row.position for row in rows if row.position is not None]
    return sum(row.events for row in rows), positions


def forget_in_stream(positions: Sequence[int]) -> None:
    """
    Take entries out of the Redis stream; who reads there reads the table instead.

    To be done before the commit: if Redis is away, all of it is asked for again.

    Raises:
        UnreachableError: Redis does not answer.
    """
    if not positions:
        return
    try:
        redis_client().xdel(
            settings().events.stream, *(f"{one}-0" for one in positions)
        )
    except RedisError as lost:
        raise UnreachableError(
            "Redis does not answer; see that it runs, then ask again"
        ) from lost


def _asked(
    profile_ids: Sequence[UUID], campaign_ids: Sequence[UUID]
) -> dict[str, object]:
    return {
        "ids": [str(one) for one in profile_ids],
        "campaigns": list(campaign_ids),
        "removed": REMOVED,
    }
