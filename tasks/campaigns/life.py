"""A campaign's life, from draft to its end; each step is told of."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ConflictError, StaleError
from config.vocabulary import CampaignRunState, CampaignState, Fate
from tasks.campaigns.repository import (
    add_run,
    find_latest_run,
    get_campaign,
    get_run,
)
from tasks.campaigns.run_items import copy_pages
from tasks.campaigns.schemas import CancelledRun, WaitingRun
from tasks.events.outbox import record_event
from tasks.events.types import CampaignChanged

_KEPT = ("host_pauses", "recipe_version")
"""What a re-run takes over of where the run before it stood."""

STARTABLE = {
    CampaignState.DRAFT,
    CampaignState.COMPLETED,
    CampaignState.FAILED,
    CampaignState.CANCELLED,
}
_ENDABLE = {CampaignState.ACTIVE, CampaignState.PAUSED}


class CampaignStateError(ConflictError):
    """The campaign is in a state that does not allow this."""

    code = "campaign_state"

    def __init__(self, wish: str, state: str) -> None:
        super().__init__(
            f"a campaign that is {state} cannot be {wish}", details={"status": state}
        )


class RunUnderWayError(ConflictError):
    """The campaign has ended, and its last run is about to."""

    code = "campaign_state"

    def __init__(self, state: str) -> None:
        super().__init__(
            "the last run of this campaign has not stopped yet; try again in a moment",
            details={"status": state},
        )


def change_campaign(
    session: Session,
    campaign_id: UUID,
    values: Mapping[str, Any],
    *,
    seen: Collection[int] | None,
    now: datetime,
) -> None:
    """
    Change a campaign's name, criteria, threshold or number wanted.

    A paused campaign goes on under the new values. Its version says under which
    criteria a public profile was scored, so each change makes a new one.

    Raises:
        StaleError: Its version is none of those seen.
        CampaignStateError: It is active, or its run has not stopped yet.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if seen is not None and campaign.version not in seen:
        raise StaleError(campaign.version)
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    is_at_work = campaign_run and campaign_run.state == CampaignRunState.RUNNING
    if campaign.state == CampaignState.ACTIVE or is_at_work:
        raise CampaignStateError("changed", CampaignState.ACTIVE)
    changed = {
        name: value
        for name, value in values.items()
        if getattr(campaign, name) != value
    }
    if not changed:
        return
    for name, value in changed.items():
        setattr(campaign, name, value)
    campaign.version, campaign.updated_at = campaign.version + 1, now
    _tell(session, campaign_id, CampaignState(campaign.state), None)


def start_campaign(session: Session, campaign_id: UUID, *, now: datetime) -> WaitingRun:
    """
    Make a campaign active with a new run, and return the run to dispatch.

    Raises:
        CampaignStateError: It runs already, or is paused (resume it instead).
        RunUnderWayError: It was completed while its run was at work on a portion.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state not in STARTABLE:
        raise CampaignStateError("started", campaign.state)
    last_run = find_latest_run(session, campaign_id)
    if last_run is not None and not CampaignRunState(last_run.state).is_final:
        raise RunUnderWayError(campaign.state)
    campaign.state, campaign.updated_at = CampaignState.ACTIVE, now
    campaign_run = add_run(session, campaign_id=campaign_id, now=now)
    _tell(session, campaign_id, CampaignState.ACTIVE, campaign_run.id)
    return WaitingRun(campaign_run.id, attempt=0)


def rerun_failed(
    session: Session,
    campaign_id: UUID,
    *,
    fates: Collection[Fate],
    only_values: Collection[str],
    now: datetime,
) -> WaitingRun:
    """
    Make a campaign active with a run that reads only what its last one failed at.

    Args:
        session: The caller's transaction, in which the campaign is locked.
        campaign_id: The campaign; it has ended, and so has its last run.
        fates: What the pages came to that are read again.
        only_values: Of a list of inputs, those that are asked for again.
        now: The present moment.
    """
    last_run = get_run(session, find_ended_run(session, campaign_id))
    campaign = get_campaign(session, campaign_id)
    campaign.state, campaign.updated_at = CampaignState.ACTIVE, now
    campaign_run = add_run(session, campaign_id=campaign_id, now=now)
    campaign_run.rerun_of = last_run.id
    kept = {
        name: last_run.position[name] for name in _KEPT if name in last_run.position
    }
    if only_values:
        campaign_run.only_values = list(only_values)
    else:
        kept["listing_ended"] = True
    campaign_run.position = kept
    campaign_run.found = copy_pages(session, last_run.id, campaign_run.id, fates=fates)
    _tell(session, campaign_id, CampaignState.ACTIVE, campaign_run.id)
    return WaitingRun(campaign_run.id, attempt=0)


def find_ended_run(session: Session, campaign_id: UUID) -> UUID:
    """
    Lock a campaign that has ended, and return the id of its last run.

    Raises:
        CampaignStateError: It is at work, paused, or never ran.
        RunUnderWayError: It has ended, and its run is about to.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    last_run = find_latest_run(session, campaign_id)
    if campaign.state not in STARTABLE or last_run is None:
        raise CampaignStateError("re-run", campaign.state)
    if not CampaignRunState(last_run.state).is_final:
        raise RunUnderWayError(campaign.state)
    return last_run.id


def pause_campaign(session: Session, campaign_id: UUID, *, now: datetime) -> None:
    """
    Ask an active campaign to stop after the portion under way.

    Raises:
        CampaignStateError: It is not active.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state != CampaignState.ACTIVE:
        raise CampaignStateError("paused", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.PAUSED, now
    _tell(session, campaign_id, CampaignState.PAUSED, None)


def resume_campaign(
    session: Session, campaign_id: UUID, *, now: datetime
) -> WaitingRun | None:
    """
    Make a paused campaign active again.

    Returns the run to dispatch, or None while a taker still holds it: the
    pause has not reached that one yet and it simply goes on.

    Raises:
        CampaignStateError: It is not paused.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state != CampaignState.PAUSED:
        raise CampaignStateError("resumed", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.ACTIVE, now
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    _tell(session, campaign_id, CampaignState.ACTIVE, None)
    if campaign_run is None or campaign_run.state == CampaignRunState.RUNNING:
        return None
    campaign_run.state, campaign_run.heartbeat_at = CampaignRunState.QUEUED, now
    campaign_run.flow_run_id = None
    return WaitingRun(campaign_run.id, attempt=campaign_run.attempt)


def complete_campaign(
    session: Session, campaign_id: UUID, *, now: datetime
) -> UUID | None:
    """
    End a campaign; a run under way ends after its portion, and keeps what it has.

    Returns the run that ended just now, None if there is none or it is under way.

    Raises:
        CampaignStateError: It has ended already, or never began.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state not in _ENDABLE:
        raise CampaignStateError("completed", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.COMPLETED, now
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    ended = campaign_run and campaign_run.state != CampaignRunState.RUNNING
    if campaign_run is not None and ended:
        campaign_run.state, campaign_run.ended_at = CampaignRunState.COMPLETED, now
    _tell(session, campaign_id, CampaignState.COMPLETED, None)
    return campaign_run.id if campaign_run is not None and ended else None


def cancel_campaign(
    session: Session, campaign_id: UUID, *, now: datetime
) -> CancelledRun | None:
    """
    End a campaign at once; what its run has in hand is thrown away.

    Returns the run that ended, None if there was none that had not.

    Raises:
        CampaignStateError: It has ended already, or never began.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    if campaign.state not in _ENDABLE:
        raise CampaignStateError("cancelled", campaign.state)
    campaign.state, campaign.updated_at = CampaignState.CANCELLED, now
    _tell(session, campaign_id, CampaignState.CANCELLED, None)
    campaign_run = find_latest_run(session, campaign_id, lock=True)
    if campaign_run is None or CampaignRunState(campaign_run.state).is_final:
        return None
    campaign_run.attempt += 1  # whoever works on it can store nothing more
    campaign_run.state, campaign_run.ended_at = CampaignRunState.CANCELLED, now
    return CancelledRun(campaign_run.id, campaign_run.flow_run_id)


def _tell(
    session: Session,
    campaign_id: UUID,
    state: CampaignState,
    campaign_run_id: UUID | None,
) -> None:
    changed = CampaignChanged(
        campaign_id=campaign_id, status=state, campaign_run_id=campaign_run_id
    )
    record_event(session, changed)
