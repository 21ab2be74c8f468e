"""Queries and changes of public profiles; takes a session, never commits."""

from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.models import PublicProfile, new_id
from tasks.public_profiles.handles import handle_key_of
from tasks.public_profiles.schemas import PROFILE_FIELDS, AcquiredProfile, Score
from tasks.row_copy import copy_rows

_STATED = (*(name for name in PROFILE_FIELDS if name != "topics"), "extra")
_COLUMNS = (
    *("id", "campaign_id", "campaign_run_id", "criteria_version", "handle_key"),
    *("score", "score_parts", "confidence", "topics", *_STATED),
)
_as_stated = attrgetter(*_STATED)

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:campaign, 0))")
# With a limit each is looked up by itself; else all of the campaign is read.
_KNOWN = text(
    """
    SELECT place FROM unnest(CAST(:platforms AS text[]), CAST(:keys AS text[]))
      WITH ORDINALITY AS asked (platform, key, place),
    LATERAL (
      SELECT FROM public_profiles WHERE campaign_id = :campaign_id
        AND platform = asked.platform AND handle_key = asked.key LIMIT 1
    ) AS known
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
    Store public profiles that the campaign does not have yet.

    Returns those that were new, each with its id and in the order given; who is the
    same is said by `handle_key_of`.
    """
    if not scored:
        return []
    keys = [
        (one.platform, handle_key_of(one.handle, platform=one.platform, url=one.url))
        for one, _ in scored
    ]
    known = _find_known(session, keys, campaign_id=campaign_id)
    fresh = []
    for key, (public_profile, score) in zip(keys, scored, strict=True):
        if key not in known:
            known.add(key)
            fresh.append((new_id(), key[1], public_profile, score))
    of_all = (campaign_id, campaign_run_id, criteria_version)
    rows = (
        (
            *(one, *of_all, key, score.score, score.parts, score.confidence),
            public_profile.topics,
            *_as_stated(public_profile),
        )
        for one, key, public_profile, score in fresh
    )
    copy_rows(session, PublicProfile, _COLUMNS, rows)
    return [(one, public_profile, score) for one, _, public_profile, score in fresh]


def _find_known(
    session: Session, keys: Sequence[tuple[str, str]], *, campaign_id: UUID
) -> set[tuple[str, str]]:
    """Return those of platforms and keys that the campaign has, and keep it so."""
    # Without the lock a taker that was superseded might store one of them meanwhile.
    session.execute(_ALONE, {"campaign": str(campaign_id)})
    platforms, folded = zip(*keys, strict=True)
    asked = {"platforms": list(platforms), "keys": list(folded)}
    places = session.scalars(_KNOWN, {**asked, "campaign_id": campaign_id})
    return {keys[place - 1] for place in places}
