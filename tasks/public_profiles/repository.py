"""Queries and changes of public profiles; takes a session, never commits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.models import new_id
from tasks.public_profiles.handles import handle_key_of
from tasks.public_profiles.schemas import AcquiredProfile, Score

_STORE = text(
    """
    INSERT INTO public_profiles (
      id, campaign_id, campaign_run_id, platform, handle, handle_key, display_name,
      url, external_id, bio, followers, following, posts, verified, kind, location,
      language, topics, picture_url, joined_at, last_post_at, reactions_per_post, extra,
      score, score_parts, confidence, criteria_version)
    SELECT
      id, :campaign_id, :campaign_run_id, platform, handle, handle_key, display_name,
      url, external_id, bio, followers, following, posts, verified, kind, location,
      language, topics, picture_url, joined_at, last_post_at, reactions_per_post, extra,
      score, score_parts, confidence, :criteria_version
    FROM json_to_recordset(CAST(:rows AS json)) AS stated (
      id uuid, platform text, handle text, handle_key text, display_name text, url text,
      external_id text, bio text, followers bigint, following bigint, posts bigint,
      verified boolean, kind text, location text, language text, topics text[],
      picture_url text, joined_at timestamptz, last_post_at timestamptz,
      reactions_per_post float, extra jsonb, score int, score_parts jsonb,
      confidence float)
    ON CONFLICT (campaign_id, platform, handle_key) DO NOTHING
    RETURNING id
    """
)


def store_public_profiles(
    session: Session,
    scored: Sequence[tuple[AcquiredProfile, Score]],
    *,
    campaign_id: UUID,
    campaign_run_id: UUID,
    criteria_version: int,
) -> list[tuple[UUID, AcquiredProfile, Score]]:
    """
    Store public profiles that the campaign does not have yet, in one statement.

    Returns those that were new, each with its id and in the order given; who is the
    same is said by `handle_key_of`.
    """
    ids = [new_id() for _ in scored]
    rows = [
        _row(public_profile_id, public_profile, score)
        for public_profile_id, (public_profile, score) in zip(ids, scored, strict=True)
    ]
    stored = session.scalars(
        _STORE,
        {
            "rows": orjson.dumps(rows).decode(),
            "campaign_id": campaign_id,
            "campaign_run_id": campaign_run_id,
            "criteria_version": criteria_version,
        },
    )
    fresh = set(stored)
    return [
        (public_profile_id, public_profile, score)
        for public_profile_id, (public_profile, score) in zip(ids, scored, strict=True)
        if public_profile_id in fresh
    ]


def _row(
    public_profile_id: UUID, public_profile: AcquiredProfile, score: Score
) -> dict[str, Any]:
    return public_profile.__dict__ | {
        "id": public_profile_id,
        "handle_key": handle_key_of(
            public_profile.handle,
            platform=public_profile.platform,
            url=public_profile.url,
        ),
        "score": score.score,
        "score_parts": score.parts,
        "confidence": score.confidence,
    }
