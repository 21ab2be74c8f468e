"""A campaign's schedule: set, removed, come round. Prefect hears after the commit."""

import logging
from datetime import datetime
from uuid import UUID

from config.clock import now
from config.errors import ApplicationError
from flows.campaign_life import hand_to_worker
from tasks.audit import Actor, record_change
from tasks.campaigns import schedules
from tasks.campaigns.schedule_schemas import (
    CampaignScheduleAnswer,
    CampaignScheduleRequest,
    CampaignTimes,
    WantedSchedule,
)
from tasks.campaigns.schedule_times import next_times, read_cron, read_timezone
from tasks.clients.prefect_schedules import CronTimes, PrefectSchedules
from tasks.clients.prefect_server import prefect_server
from tasks.database import transaction

FLOW = "campaign-schedule"

log = logging.getLogger(__name__)


def set_schedule(
    campaign_id: UUID, wish: CampaignScheduleRequest, actor: Actor
) -> CampaignScheduleAnswer:
    """
    Give a campaign a schedule, or change the one it has.

    Raises:
        CampaignNotFoundError: There is no such campaign.
        CronError: The cron line cannot be read, or never comes round.
        TimezoneError: There is no such time zone.
    """
    with transaction() as session:
        schedules.set_schedule(session, campaign_id, wish, now=now())
        record_change(
            session,
            actor,
            action="campaign.schedule_set",
            subject=str(campaign_id),
            details=wish.model_dump(),
        )
        answer = schedules.show_schedule(session, campaign_id, now=now())
    tell_prefect(campaign_id)
    return answer


def remove_schedule(campaign_id: UUID, actor: Actor) -> None:
    """
    Let a campaign run by itself no longer.

    Raises:
        NotFoundError: There is no such campaign, or it has no schedule.
    """
    with transaction() as session:
        schedules.remove_schedule(session, campaign_id)
        record_change(
            session,
            actor,
            action="campaign.schedule_removed",
            subject=str(campaign_id),
        )
    tell_prefect(campaign_id)


def show_schedule(campaign_id: UUID) -> CampaignScheduleAnswer:
    """Return a campaign's schedule; a NotFoundError says that it has none."""
    with transaction() as session:
        return schedules.show_schedule(session, campaign_id, now=now())


def show_times(cron: str, timezone: str) -> CampaignTimes:
    """
    Return when a cron line would come round next; nothing is stored.

    Raises:
        CronError: The cron line cannot be read, or never comes round.
        TimezoneError: There is no such time zone.
    """
    cron, timezone = read_cron(cron), read_timezone(timezone)
    times = next_times(cron, timezone, after=now())
    return CampaignTimes(cron=cron, timezone=timezone, next_times=times)


def start_due_campaign(campaign_id: UUID, *, moment: datetime) -> bool:
    """
    Begin the run of a campaign whose time has come, and return whether there is one.

    Safe to repeat, and from several processes at once: who comes first takes all times
    up to `moment`, and the others find nothing due.
    """
    with transaction() as session:
        waiting = schedules.take_due(session, campaign_id, moment=moment, now=now())
    if waiting is None:
        return False
    hand_to_worker(waiting)
    return True


def tell_prefect(campaign_id: UUID) -> None:
    """Bring Prefect to what is stored; if that fails the upkeep will, soon."""
    with transaction() as session:
        wanted = schedules.list_wanted(session, campaign_id=campaign_id)
    try:
        if wanted:
            put_schedule(wanted[0])
        else:
            prefect_schedules().remove(str(campaign_id))
    except ApplicationError as failure:  # the wish is kept, whatever is wrong there
        log.warning(
            "the schedule of campaign %s waits for the workflow engine: %s",
            campaign_id,
            failure.message,
        )


def put_schedule(wanted: WantedSchedule) -> None:
    """Have Prefect begin a campaign at its times."""
    name, times, parameters = as_deployed(wanted)
    prefect_schedules().put(name, times, parameters)


def as_deployed(wanted: WantedSchedule) -> tuple[str, CronTimes, dict[str, str]]:
    """Return a schedule as Prefect has it: name, times, the flow's arguments."""
    name = str(wanted.campaign_id)
    times = CronTimes(cron=wanted.cron, timezone=wanted.timezone)
    return name, times, {"campaign_id": name}


def prefect_schedules() -> PrefectSchedules:
    """Return what Prefect has scheduled of campaigns."""
    return PrefectSchedules(prefect_server(), flow=FLOW)
