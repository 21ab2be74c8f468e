"""Take up, advance and close one campaign run; every step is fenced."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ApplicationError
from config.vocabulary import CampaignRunState, CampaignState, Fate
from tasks.campaigns.repository import (
    SOURCE_ENDED,
    get_campaign,
    get_run,
    list_unfinished_runs,
    lock_own_run,
)
from tasks.campaigns.schemas import PortionCounts, SilentCampaignRun, TakenRun
from tasks.events.outbox import record_event
from tasks.events.types import CampaignAdvanced, CampaignChanged
from tasks.models import Campaign, CampaignRun


class NoProgressError(ApplicationError):
    """The run was taken up again and again, and never got further."""

    code = "no_progress"

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"taken up {attempts} times without getting further; "
            "see the worker's log, then start the campaign again"
        )


NUMBERS = tuple(one.name for one in fields(PortionCounts) if one.name != "fates")


class Standing(StrEnum):
    """What the taker of a run should do next."""

    GO_ON = "go_on"
    STOP = "stop"


def take_run(
    session: Session, campaign_run_id: UUID, *, attempts: int, now: datetime
) -> TakenRun | None:
    """
    Make the caller the run's only taker, and return what it needs to go on.

    Returns None when there is nothing to do: the run has ended, its campaign is paused
    or completed, or it was taken up `attempts` times without getting further.
    """
    campaign, campaign_run = _lock_both(session, campaign_run_id)
    if CampaignRunState(campaign_run.state).is_final:
        return None
    campaign_run.attempt += 1
    campaign_run.idle_attempts += 1
    campaign_run.heartbeat_at = now
    if not _goes_on(campaign, campaign_run, now=now):
        return None
    if campaign_run.idle_attempts > attempts:
        _fail(session, campaign, campaign_run, NoProgressError(attempts), now=now)
        return None
    campaign_run.state = CampaignRunState.RUNNING
    campaign_run.started_at = campaign_run.started_at or now
    _tell_run(session, campaign, campaign_run)
    return TakenRun(
        campaign_run_id=campaign_run_id,
        campaign_id=campaign.id,
        attempt=campaign_run.attempt,
        source=campaign.source,
        criteria=campaign.criteria,
        criteria_version=campaign.version,
        threshold=campaign.threshold,
        wanted=campaign.wanted,
        position=campaign_run.position,
        acquired=campaign_run.acquired,
        listed=campaign_run.listed,
        only_values=tuple(campaign_run.only_values)
        if campaign_run.only_values is not None
        else None,
    )


def count_failed_start(
    session: Session, campaign_run_id: UUID, *, attempts: int, now: datetime
) -> bool:
    """
    Count a flow run that failed and left the run as it was; return whether to go on.

    After `attempts` of them, or of takers without progress, the run has failed.
    """
    campaign, campaign_run = _lock_both(session, campaign_run_id)
    if CampaignRunState(campaign_run.state).is_final:
        return False
    campaign_run.idle_attempts += 1
    if campaign_run.idle_attempts <= attempts:
        return True
    _fail(session, campaign, campaign_run, NoProgressError(attempts), now=now)
    return False


def advance_run(
    session: Session,
    taken: TakenRun,
    counts: PortionCounts,
    *,
    position: dict[str, Any],
    stage_seconds: Mapping[str, float],
    now: datetime,
) -> Standing:
    """
    Add one portion's counts and position to its run; say whether to go on.

    Raises:
        SupersededError: Another taker has the run; nothing of this portion is stored.
    """
    campaign = get_campaign(session, taken.campaign_id, lock=True)
    campaign_run = lock_own_run(session, taken.campaign_run_id, attempt=taken.attempt)
    for name in NUMBERS:
        total = getattr(campaign_run, name) + getattr(counts, name)
        setattr(campaign_run, name, total)
    campaign_run.fates = add_fates(campaign_run.fates, counts.fates)
    campaign_run.position = position
    before = campaign_run.stage_seconds
    campaign_run.stage_seconds = before | {
        stage: round(before.get(stage, 0.0) + seconds, 4)
        for stage, seconds in stage_seconds.items()
    }
    campaign_run.idle_attempts, campaign_run.heartbeat_at = 0, now
    advanced = CampaignAdvanced(
        campaign_id=campaign.id,
        campaign_run_id=campaign_run.id,
        acquired=campaign_run.acquired,
        scored=campaign_run.scored,
        queued=campaign_run.queued,
        rejected=campaign_run.rejected,
        unreadable=campaign_run.unreadable,
    )
    record_event(session, advanced)
    on = _goes_on(campaign, campaign_run, now=now)
    return Standing.GO_ON if on else Standing.STOP


def add_fates(so_far: Mapping[str, int], more: Mapping[Fate, int]) -> dict[str, int]:
    """Return how many came to each fate, in the order of the work."""
    both = {one: so_far.get(one, 0) + more.get(one, 0) for one in Fate}
    return {str(one): count for one, count in both.items() if count}


def close_run(session: Session, taken: TakenRun, *, now: datetime) -> None:
    """Note that the run has come to its end, and with it the campaign."""
    campaign, campaign_run = _lock_both(session, taken.campaign_run_id)
    if campaign_run.attempt != taken.attempt or campaign_run.ended_at is not None:
        return
    campaign_run.state, campaign_run.ended_at = CampaignRunState.COMPLETED, now
    if campaign_run.acquired < campaign.wanted:
        campaign_run.position = {**campaign_run.position, SOURCE_ENDED: True}
    campaign.state, campaign.updated_at = CampaignState.COMPLETED, now
    _tell_run(session, campaign, campaign_run)


def fail_run(
    session: Session, taken: TakenRun, problem: ApplicationError, *, now: datetime
) -> None:
    """Note that the run cannot go on, and why; what it stored stays."""
    campaign, campaign_run = _lock_both(session, taken.campaign_run_id)
    if campaign_run.attempt == taken.attempt and campaign_run.ended_at is None:
        _fail(session, campaign, campaign_run, problem, now=now)


def list_silent_campaign_runs(
    session: Session, *, silence: timedelta, now: datetime
) -> list[SilentCampaignRun]:
    """Return unfinished runs that gave no sign of life for `silence`."""
    return [
        SilentCampaignRun(
            campaign_run_id=one.id,
            flow_run_id=one.flow_run_id,
            state=CampaignRunState(one.state),
            heartbeat_at=one.heartbeat_at,
            attempt=one.attempt,
        )
        for one in list_unfinished_runs(session, silent_since=now - silence)
    ]


def mark_dispatched(session: Session, campaign_run_id: UUID, flow_run_id: UUID) -> None:
    """Note which flow run works on a campaign run."""
    get_run(session, campaign_run_id, lock=True).flow_run_id = flow_run_id


def _lock_both(session: Session, campaign_run_id: UUID) -> tuple[Campaign, CampaignRun]:
    """Lock the campaign before its run, as everybody does, so that nobody deadlocks."""
    campaign_id = get_run(session, campaign_run_id).campaign_id
    campaign = get_campaign(session, campaign_id, lock=True)
    campaign_run = get_run(session, campaign_run_id, lock=True)
    session.refresh(campaign_run)
    return campaign, campaign_run


def _goes_on(campaign: Campaign, campaign_run: CampaignRun, *, now: datetime) -> bool:
    if campaign.state == CampaignState.PAUSED:
        campaign_run.state = CampaignRunState.PAUSED
    elif campaign.state != CampaignState.ACTIVE:
        campaign_run.state, campaign_run.ended_at = CampaignRunState.COMPLETED, now
    return campaign.state == CampaignState.ACTIVE


def _fail(
    session: Session,
    campaign: Campaign,
    campaign_run: CampaignRun,
    problem: ApplicationError,
    *,
    now: datetime,
) -> None:
    campaign_run.state, campaign_run.ended_at = CampaignRunState.FAILED, now
    campaign_run.error_code = problem.code
    campaign_run.error_message = problem.message
    campaign.state, campaign.updated_at = CampaignState.FAILED, now
    _tell_run(session, campaign, campaign_run)


def _tell_run(session: Session, campaign: Campaign, campaign_run: CampaignRun) -> None:
    changed = CampaignChanged(
        campaign_id=campaign.id,
        status=CampaignState(campaign.state),
        campaign_run_id=campaign_run.id,
        run=CampaignRunState(campaign_run.state),
        error=campaign_run.error_message,
    )
    record_event(session, changed)
