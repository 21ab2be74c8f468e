"""Public profiles of invented people, stored and queued."""

from typing import Any
from uuid import UUID

from tasks.campaigns.schemas import TakenRun
from tasks.database import transaction
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.ready import make_ready
from tasks.public_profiles.repository import store_public_profiles
from tasks.public_profiles.schemas import AcquiredProfile
from tasks.public_profiles.score import Scoring
from tasks.reviews.repository import queue_for_review


def acquired_profile(handle: str = "mira.tal", **stated: Any) -> AcquiredProfile:
    """Return a public profile as a source states it."""
    return AcquiredProfile.model_validate(
        {"platform": "demo", "handle": handle} | stated
    )


def store_handles(taken: TakenRun, *handles: str, **stated: Any) -> list[UUID]:
    """Store public profiles and return the ids of those that were new."""
    acquired = [acquired_profile(handle, **stated) for handle in handles]
    scoring = Scoring(Criteria())
    ready = [make_ready(one, scoring.score(one)) for one in acquired]
    with transaction() as session:
        fresh = store_public_profiles(
            session,
            ready,
            campaign_id=taken.campaign_id,
            campaign_run_id=taken.campaign_run_id,
            criteria_version=1,
        )
        return [public_profile_id for public_profile_id, _ in fresh]


def queue_handles(taken: TakenRun, *handles: str) -> list[UUID]:
    """Store public profiles and put them before a reviewer; return their ids."""
    ids = store_handles(taken, *handles)
    with transaction() as session:
        queue_for_review(
            session, [(one, 80) for one in ids], campaign_id=taken.campaign_id
        )
    return ids
