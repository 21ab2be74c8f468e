"""Public profiles that were scored under earlier criteria, and their new scores."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config.errors import NotFoundError
from tasks.public_profiles.schemas import PROFILE_FIELDS, AcquiredProfile, Score

_FIELDS = ", ".join((*PROFILE_FIELDS, "extra"))
_BEHIND = text(
    f"""
    SELECT id, handle_key, {_FIELDS} FROM public_profiles
    WHERE campaign_id = :campaign_id AND criteria_version <> :version
      AND (platform, handle_key) > (:platform, :handle_key)
    ORDER BY platform, handle_key LIMIT :limit FOR UPDATE
    """  # noqa: S608 - a constant
)
_LATEST = text(
    f"""
    SELECT id, handle_key, {_FIELDS} FROM public_profiles
    WHERE campaign_id = :campaign_id ORDER BY created_at DESC, id DESC LIMIT :limit
    """  # noqa: S608 - a constant
)
_KEEP_EARLIER = text(
    """
    INSERT INTO earlier_scores (
      public_profile_id, criteria_version, score, score_parts, confidence, replaced_at)
    SELECT id, criteria_version, score, score_parts, confidence, :now
    FROM public_profiles WHERE id = ANY(:ids)
    ON CONFLICT DO NOTHING
    """
)
_REPLACE = text(
    """
    UPDATE public_profiles SET
      score = scored.score, score_parts = scored.score_parts,
      confidence = scored.confidence, criteria_version = :version
    FROM json_to_recordset(CAST(:rows AS json)) AS scored (
      id uuid, score int, score_parts json, confidence float)
    WHERE public_profiles.id = scored.id
    """
)
_COUNTS = text(
    """
    SELECT count(*) AS known, count(*) FILTER (WHERE criteria_version <> :version)
      AS behind
    FROM public_profiles WHERE campaign_id = :campaign_id
    """
)
_EXISTS = text("SELECT id FROM public_profiles WHERE id = :id")
_EARLIER = text(
    """
    SELECT criteria_version, score, score_parts AS parts, confidence, replaced_at
    FROM earlier_scores WHERE public_profile_id = :id ORDER BY criteria_version DESC
    """
)


class ProfilePlace(NamedTuple):
    """Where a public profile stands among those of its campaign."""

    platform: str = ""
    handle_key: str = ""


class StoredProfile(NamedTuple):
    """A public profile as it was stored, with its id."""

    id: UUID
    place: ProfilePlace
    profile: AcquiredProfile


class ScoringCounts(NamedTuple):
    """How many public profiles a campaign has, and how many wait for a new score."""

    known: int
    behind: int


def list_behind(
    session: Session,
    campaign_id: UUID,
    *,
    version: int,
    after: ProfilePlace,
    limit: int,
) -> list[StoredProfile]:
    """Return and lock the next ones whose score is of another version."""
    wish = {"campaign_id": campaign_id, "version": version, "limit": limit}
    return [_stored(row) for row in session.execute(_BEHIND, wish | after._asdict())]


def list_latest(
    session: Session, campaign_id: UUID, *, limit: int
) -> list[StoredProfile]:
    """Return those that a campaign stored last."""
    wish = {"campaign_id": campaign_id, "limit": limit}
    return [_stored(row) for row in session.execute(_LATEST, wish)]


def replace_scores(
    session: Session,
    scored: Sequence[tuple[UUID, Score]],
    *,
    version: int,
    now: datetime,
) -> None:
    """Give locked public profiles their new scores; the old ones are kept."""
    session.execute(_KEEP_EARLIER, {"ids": [one for one, _ in scored], "now": now})
    rows = [
        {
            "id": public_profile_id,
            "score": score.score,
            "score_parts": score.parts,
            "confidence": score.confidence,
        }
        for public_profile_id, score in scored
    ]
    session.execute(_REPLACE, {"rows": orjson.dumps(rows).decode(), "version": version})


def count_behind(session: Session, campaign_id: UUID, *, version: int) -> ScoringCounts:
    """Return how many have a score of another version, and how many there are."""
    wish = {"campaign_id": campaign_id, "version": version}
    row = session.execute(_COUNTS, wish).one()
    return ScoringCounts(row.known, row.behind)


def list_earlier_scores(
    session: Session, public_profile_id: UUID
) -> list[dict[str, Any]]:
    """
    Return the scores that others took the place of, the latest first.

    Raises:
        NotFoundError: There is no such public profile.
    """
    if session.scalar(_EXISTS, {"id": public_profile_id}) is None:
        raise NotFoundError(f"there is no public profile {public_profile_id}")
    rows = session.execute(_EARLIER, {"id": public_profile_id})
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def _stored(row: Row[Any]) -> StoredProfile:
    stated = {name: getattr(row, name) for name in (*PROFILE_FIELDS, "extra")}
    stated["topics"] = tuple(stated["topics"])
    # It was checked when it was stored; checking again would cost as much as scoring.
    profile = AcquiredProfile.model_construct(**stated)
    return StoredProfile(row.id, ProfilePlace(row.platform, row.handle_key), profile)
