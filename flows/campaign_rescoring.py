"""New criteria for what a campaign has: a look at what they change, and the change."""

from collections.abc import Iterator
from time import monotonic
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from pydantic import StrictInt

from config.clock import now
from config.correlation import correlated_by
from config.schema import Schema
from config.settings import settings
from flows.criteria_check import check_extra_names
from flows.dispatch import dispatch_campaign_rescoring
from tasks.campaigns.repository import get_campaign
from tasks.database import transaction
from tasks.events.outbox import record_events
from tasks.events.profile_types import ProfilesQueued, ProfilesScored, ScoredProfile
from tasks.events.types import CampaignRescored, Event
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.rescoring import (
    ProfilePlace,
    StoredProfile,
    count_behind,
    list_behind,
    list_latest,
    replace_scores,
)
from tasks.public_profiles.schemas import Score
from tasks.public_profiles.score import Scoring
from tasks.retries import only_if_retryable
from tasks.reviews.requeue import QueueChange, Rescored, requeue

PROFILES_AT_ONCE = 500
"""Public profiles scored and stored in one transaction."""


class RescoringAnswer(Schema):
    """How far a campaign's public profiles are scored under its present criteria."""

    campaign_id: UUID
    version: int
    """Of the campaign, whose criteria and threshold hold."""

    known: int
    behind: int
    """Those whose score is still of an earlier version."""


class CriteriaPreviewRequest(Schema):
    """Criteria that somebody thinks of, and how many public profiles to try them on."""

    criteria: Criteria
    threshold: Annotated[StrictInt, Ge(0), Le(100)] | None = None
    """The campaign's own if it is left out."""

    last: Annotated[StrictInt, Ge(1), Le(5_000)] = 1_000
    """Public profiles looked at, the last that were stored."""


class CriteriaPreviewAnswer(Schema):
    """How many of the last public profiles pass now, and how many would."""

    looked_at: int
    before: int
    after: int
    gained: int
    """Would pass, and do not now."""

    lost: int
    """Pass now, and would no more."""

    confidence_before: float | None
    """Mean share of the criteria's weight that could be judged."""

    confidence_after: float | None


class RescoredPortion(Schema):
    """What became of one portion, and where the next begins."""

    after: tuple[str, str]
    scored: int
    queued: int
    withdrawn: int


def preview_criteria(
    campaign_id: UUID, asked: CriteriaPreviewRequest
) -> CriteriaPreviewAnswer:
    """
    Return what other criteria would change about the last public profiles.

    Raises:
        InvalidError: An expression names a field that the campaign's recipe has not.
    """
    with transaction() as session:
        campaign = get_campaign(session, campaign_id)
        check_extra_names(asked.criteria, campaign.source)
        now_wanted = Criteria.model_validate(campaign.criteria)
        now_needed = campaign.threshold
        stored = list_latest(session, campaign_id, limit=asked.last)
    needed = now_needed if asked.threshold is None else asked.threshold
    before = _scores(stored, now_wanted)
    after = _scores(stored, asked.criteria)
    passed = [one.reaches(now_needed) for one in before]
    passes = [one.reaches(needed) for one in after]
    both = list(zip(passed, passes, strict=True))
    return CriteriaPreviewAnswer(
        looked_at=len(stored),
        before=sum(passed),
        after=sum(passes),
        gained=sum(will and not did for did, will in both),
        lost=sum(did and not will for did, will in both),
        confidence_before=_mean_confidence(before),
        confidence_after=_mean_confidence(after),
    )


def start_rescoring(campaign_id: UUID) -> RescoringAnswer:
    """
    Have a worker score all of a campaign anew; nothing if all is up to date.

    Safe to repeat: while it goes on, nothing new is started, and one that was broken
    off goes on with those that are left.

    Raises:
        UnreachableError: The workflow engine does not answer.
    """
    answer = show_rescoring(campaign_id)
    if answer.behind:
        dispatch_campaign_rescoring(campaign_id, version=answer.version)
    return answer


def show_rescoring(campaign_id: UUID) -> RescoringAnswer:
    """Return how many public profiles still have a score of an earlier version."""
    with transaction() as session:
        version = get_campaign(session, campaign_id).version
        counts = count_behind(session, campaign_id, version=version)
    return RescoringAnswer(
        campaign_id=campaign_id,
        version=version,
        known=counts.known,
        behind=counts.behind,
    )


@flow(name="campaign-rescoring")
def rescore_campaign(campaign_id: UUID) -> None:
    """Score all of a campaign under its present criteria."""
    with correlated_by(runtime.flow_run.tags):
        carry_out(campaign_id)


def carry_out(campaign_id: UUID) -> None:
    """Score portion by portion until none is left; safe to repeat, at any time."""
    place: tuple[str, str] | None = ProfilePlace()
    while place is not None:
        place = score_portions(campaign_id, place)


@task(
    name="score-portions",
    retries=3,
    retry_delay_seconds=[1, 3, 9],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def score_portions(campaign_id: UUID, place: tuple[str, str]) -> tuple[str, str] | None:
    """Score portions for some seconds; return where to go on, None at the end."""
    ends_at = monotonic() + settings().campaigns.batch_budget.total_seconds()
    while True:
        portion = rescore_portion(campaign_id, place)
        if portion is None:
            return None
        place = portion.after
        if monotonic() >= ends_at:
            return place


def rescore_portion(
    campaign_id: UUID, place: tuple[str, str], *, limit: int = PROFILES_AT_ONCE
) -> RescoredPortion | None:
    """
    Score the next public profiles anew: scores, queue and events, or nothing.

    Criteria that are changed meanwhile hold from the next portion on. Returns None if
    no score behind this place is of an earlier version.
    """
    with transaction() as session:
        # Locked, so that nobody changes the criteria while they are applied.
        campaign = get_campaign(session, campaign_id, lock=True)
        criteria = Criteria.model_validate(campaign.criteria)
        stored = list_behind(
            session,
            campaign_id,
            version=campaign.version,
            after=ProfilePlace(*place),
            limit=limit,
        )
        if not stored:
            return None
        at = now()
        scored = list(zip(stored, _scores(stored, criteria), strict=True))
        pairs = [(one.id, score) for one, score in scored]
        replace_scores(session, pairs, version=campaign.version, now=at)
        rescored = [
            Rescored(one.id, score.score, score.reaches(campaign.threshold))
            for one, score in scored
        ]
        change = requeue(session, rescored, campaign_id=campaign_id, now=at)
        told = [
            ScoredProfile(one.id, f"@{one.profile.handle}", new.score, new.passes)
            for one, new in zip(stored, rescored, strict=True)
        ]
        record_events(session, _events(campaign_id, campaign.version, told, change))
    return RescoredPortion(
        after=stored[-1].place,
        scored=len(stored),
        queued=len(change.joined),
        withdrawn=len(change.left),
    )


def _events(
    campaign_id: UUID, version: int, told: list[ScoredProfile], change: QueueChange
) -> Iterator[Event]:
    yield ProfilesScored(campaign_id, told)
    joined = [one for one in told if one.profile_id in change.joined]
    if joined:
        yield ProfilesQueued(campaign_id, joined)
    yield CampaignRescored(
        campaign_id,
        version=version,
        rescored=len(told),
        joined=len(change.joined),
        left=len(change.left),
    )


def _scores(stored: list[StoredProfile], criteria: Criteria) -> list[Score]:
    scoring = Scoring(criteria, now=now())
    return [scoring.score(one.profile) for one in stored]


def _mean_confidence(scores: list[Score]) -> float | None:
    if not scores:
        return None
    return round(sum(one.confidence for one in scores) / len(scores), 3)
