"""Keep Prefect's schedules of campaigns as ours are, and make up for a missed time."""

import logging
from datetime import timedelta
from threading import Event

from config.clock import now
from config.errors import ApplicationError
from flows.campaign_schedule_life import (
    as_deployed,
    prefect_schedules,
    put_schedule,
    start_due_campaign,
)
from tasks.campaigns.schedules import list_overdue, list_wanted
from tasks.clients.prefect_schedules import TEMPLATE, is_as_wanted
from tasks.clients.prefect_server import NotDeployedError
from tasks.database import held_alone, transaction

INTERVAL = timedelta(seconds=20)
PATIENCE = timedelta(seconds=60)
"""So long after its time a campaign is left to Prefect."""

_log = logging.getLogger(__name__)


def look_after_schedules() -> None:
    """
    Begin what Prefect missed, then bring its schedules to what ours are.

    One process looks at a time.

    Raises:
        UnreachableError: The database or Prefect does not answer.
    """
    with held_alone("campaign schedules") as mine:
        if not mine:
            return
        make_up_for_missed()
        repair_schedules()


def make_up_for_missed() -> None:
    """
    Begin one run of each campaign whose time went by unseen, however often it did.

    Prefect's own late runs go, since they would all be made up for as well.
    """
    with transaction() as session:
        missed = list_overdue(session, before=now() - PATIENCE)
    for campaign_id in missed:
        _log.warning("the time of campaign %s went by; it is due now", campaign_id)
        try:
            start_due_campaign(campaign_id, moment=now())
        except ApplicationError as problem:  # the others do not wait for this one
            _log.warning("campaign %s: %s", campaign_id, problem.message)
    for campaign_id in missed:
        prefect_schedules().remove(str(campaign_id))


def repair_schedules() -> None:
    """
    Bring Prefect's schedules to what ours are; the database has the word.

    Raises:
        NotDeployedError: No worker has told Prefect of the flow yet.
        UnreachableError: The database or Prefect does not answer.
    """
    with transaction() as session:
        wanted = {str(one.campaign_id): one for one in list_wanted(session)}
    deployed = {one.name: one for one in prefect_schedules().list_deployed()}
    template = deployed.pop(TEMPLATE, None)
    if template is None:
        if wanted:
            raise NotDeployedError(f"the schedules of {len(wanted)} campaigns")
        return
    for name in deployed.keys() - wanted.keys():
        prefect_schedules().remove(name)
    for name, one in wanted.items():
        found, (_, times, parameters) = deployed.get(name), as_deployed(one)
        if not found or not is_as_wanted(found, template, times, parameters):
            put_schedule(one)


def watch_schedules_forever(stop: Event) -> None:
    """Look after schedules until `stop` is set; a failed look is logged, no more."""
    while True:
        try:
            look_after_schedules()
        except ApplicationError as problem:
            _log.warning("schedules could not be looked after: %s", problem.message)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("schedules could not be looked after")
        if stop.wait(INTERVAL.total_seconds()):
            return
