"""Queries and changes of public profiles; takes a session, never commits."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.models import new_ids
from tasks.public_profiles.ready import (
    ReadyProfile,
    copy_public_profiles,
    pack_campaign_run,
    whole_row,
)

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
    ready: Sequence[ReadyProfile],
    *,
    campaign_id: UUID,
    campaign_run_id: UUID,
    criteria_version: int,
) -> list[tuple[UUID, ReadyProfile]]:
    """
    Store public profiles that the campaign does not have yet.

    Returns those that were new, each with its id and in the order given; who is the
    same is said by `handle_key_of`.
    """
    if not ready:
        return []
    known = _find_known(session, [one.key for one in ready], campaign_id=campaign_id)
    unknown = {one.key: one for one in reversed(ready) if one.key not in known}
    added = [one for one in ready if unknown.get(one.key) is one]
    fresh = list(zip(new_ids(len(added)), added, strict=True))
    of_run = pack_campaign_run(
        campaign_id=campaign_id,
        campaign_run_id=campaign_run_id,
        criteria_version=criteria_version,
    )
    copy_public_profiles(session, (whole_row(id_, of_run, one) for id_, one in fresh))
    return fresh


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
