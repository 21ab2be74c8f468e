"""When a campaign runs by itself: set, removed, and taken when its time has come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotFoundError
from config.vocabulary import CampaignState
from tasks.campaigns.life import CampaignStateError, RunUnderWayError, start_campaign
from tasks.campaigns.repository import CampaignNotFoundError, get_campaign
from tasks.campaigns.schedule_schemas import (
    CampaignScheduleAnswer,
    CampaignScheduleRequest,
    WantedSchedule,
)
from tasks.campaigns.schedule_times import next_times, read_cron, read_timezone
from tasks.campaigns.schemas import WaitingRun
from tasks.events.outbox import record_event
from tasks.events.types import CampaignScheduled
from tasks.models import CampaignSchedule

_LEFT_OUT = {
    CampaignState.ACTIVE: "the run before was still under way",
    CampaignState.PAUSED: "the campaign is paused; resume it, or complete it",
}


class NoScheduleError(NotFoundError):
    """The campaign has no schedule."""

    code = "no_schedule"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(f"campaign {campaign_id} has no schedule")


def set_schedule(
    session: Session,
    campaign_id: UUID,
    wish: CampaignScheduleRequest,
    *,
    now: datetime,
) -> None:
    """
    Give a campaign a schedule, or change it; what came of the last time stays.

    Raises:
        CampaignNotFoundError: There is no such campaign.
        CronError: The cron line cannot be read, or never comes round.
        TimezoneError: There is no such time zone.
    """
    cron, timezone = read_cron(wish.cron), read_timezone(wish.timezone)
    row = _lock_schedule(session, campaign_id)
    if row is None:
        row = CampaignSchedule(campaign_id=campaign_id)
        session.add(row)
    row.cron, row.timezone, row.is_on, row.updated_at = cron, timezone, wish.is_on, now
    row.next_at = _next_after(row, now)
    session.flush()
    _tell(session, row)


def remove_schedule(session: Session, campaign_id: UUID) -> None:
    """
    Let a campaign run by itself no longer.

    Raises:
        CampaignNotFoundError: There is no such campaign.
        NoScheduleError: It has no schedule.
    """
    row = _lock_schedule(session, campaign_id)
    if row is None:
        raise NoScheduleError(campaign_id)
    session.delete(row)
    record_event(session, CampaignScheduled(campaign_id=campaign_id, is_on=False))


def show_schedule(
    session: Session, campaign_id: UUID, *, now: datetime
) -> CampaignScheduleAnswer:
    """
    Return a campaign's schedule with its next times.

    Raises:
        CampaignNotFoundError: There is no such campaign.
        NoScheduleError: It has no schedule.
    """
    get_campaign(session, campaign_id)
    row = session.get(CampaignSchedule, campaign_id)
    if row is None:
        raise NoScheduleError(campaign_id)
    return CampaignScheduleAnswer(
        cron=row.cron,
        timezone=row.timezone,
        is_on=row.is_on,
        next_times=next_times(row.cron, row.timezone, after=now) if row.is_on else (),
        last_at=row.last_at,
        last_run_id=row.last_run_id,
        left_out=row.left_out,
        updated_at=row.updated_at,
    )


def list_wanted(
    session: Session, *, campaign_id: UUID | None = None
) -> list[WantedSchedule]:
    """Return the schedules that are on: all, or the one of a campaign."""
    query = select(CampaignSchedule).where(CampaignSchedule.is_on)
    if campaign_id is not None:
        query = query.where(CampaignSchedule.campaign_id == campaign_id)
    return [
        WantedSchedule(row.campaign_id, row.cron, row.timezone)
        for row in session.scalars(query)
    ]


def list_overdue(session: Session, *, before: datetime) -> Sequence[UUID]:
    """Return the campaigns whose time came before a moment, and nobody took it."""
    return session.scalars(
        select(CampaignSchedule.campaign_id)
        .where(CampaignSchedule.is_on, CampaignSchedule.next_at < before)
        .order_by(CampaignSchedule.next_at)
    ).all()


def take_due(
    session: Session, campaign_id: UUID, *, moment: datetime, now: datetime
) -> WaitingRun | None:
    """
    Start a campaign whose time has come, once for all times up to `moment`.

    Returns the run to dispatch; None if nothing is due, or if the campaign cannot be
    started now: that is noted at its schedule.

    Args:
        session: The transaction that begins the run.
        campaign_id: The campaign; one that is gone is no failure.
        moment: Up to when it counts as due; ahead of `now` by as much as clocks differ.
        now: When it is.
    """
    try:
        row = _lock_schedule(session, campaign_id)
    except CampaignNotFoundError:
        return None
    if row is None or not row.is_on or row.next_at is None or row.next_at > moment:
        return None
    row.last_at, row.last_run_id, row.left_out = row.next_at, None, None
    row.next_at = _next_after(row, moment)
    waiting = None
    try:
        waiting = start_campaign(session, campaign_id, now=now)
        row.last_run_id = waiting.campaign_run_id
    except (CampaignStateError, RunUnderWayError) as problem:
        state = CampaignState(problem.details["status"])
        row.left_out = _LEFT_OUT.get(state, _LEFT_OUT[CampaignState.ACTIVE])
    _tell(session, row)
    return waiting


def _lock_schedule(session: Session, campaign_id: UUID) -> CampaignSchedule | None:
    """Lock the campaign first, as everybody does, so that nobody deadlocks."""
    get_campaign(session, campaign_id, lock=True)
    return session.get(CampaignSchedule, campaign_id, with_for_update=True)


def _next_after(row: CampaignSchedule, moment: datetime) -> datetime | None:
    if not row.is_on:
        return None
    return next_times(row.cron, row.timezone, after=moment, count=1)[0]


def _tell(session: Session, row: CampaignSchedule) -> None:
    told = CampaignScheduled(
        campaign_id=row.campaign_id,
        is_on=row.is_on,
        next_at=row.next_at.isoformat() if row.next_at else None,
        message=row.left_out,
    )
    record_event(session, told)
