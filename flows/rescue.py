"""Take up again what fell silent: work whose worker or machine is gone."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from threading import Event
from typing import NamedTuple
from uuid import UUID

from config.clock import now
from config.errors import ApplicationError
from config.settings import settings
from flows.dispatch import dispatch_campaign_run, find_flow_run, report_crashed
from flows.review_batch import dispatch_batch
from tasks.campaigns.rescue import (
    count_failed_start,
    list_silent_campaign_runs,
    mark_dispatched,
)
from tasks.clients.prefect_server import FlowRunRecord
from tasks.database import held_alone, transaction
from tasks.reviews import batch

INTERVAL = timedelta(seconds=1.5)
RESUME_BY_PREFECT = timedelta(seconds=5)
"""How long Prefect's automation gets to schedule a crashed run again."""

_log = logging.getLogger(__name__)


class Silent(NamedTuple):
    """Work that gives no sign of life, and how it is handed to a worker again."""

    id: UUID
    what: str
    flow_run_id: UUID | None
    attempt: int
    dispatch: Callable[[UUID, int], None]
    count_failed_start: Callable[[UUID], bool]
    """Returns whether to try again."""


class Rescue(StrEnum):
    """What to do about work that gives no sign of life."""

    WAIT = "wait"
    DISPATCH = "dispatch"
    REPORT_CRASHED = "report crashed"


def decide_rescue(
    flow_run: FlowRunRecord | None, *, silence: timedelta, now: datetime
) -> Rescue:
    """
    Decide from what Prefect knows of the flow run that has the silent work.

    A flow run that waits for a worker is left alone, however long that takes. One that
    seems at work gets `silence` from its last change of state, twice that before its
    first line, and is then reported as crashed.
    """
    if flow_run is None or flow_run.is_out_of_reach:
        return Rescue.DISPATCH
    if flow_run.state.type in {"SCHEDULED", "PAUSED"}:
        return Rescue.WAIT
    patience, rescue = {
        "PENDING": (2 * silence, Rescue.REPORT_CRASHED),
        "RUNNING": (silence, Rescue.REPORT_CRASHED),
        "CANCELLING": (silence, Rescue.REPORT_CRASHED),
        "CRASHED": (RESUME_BY_PREFECT, Rescue.DISPATCH),
    }.get(flow_run.state.type, (timedelta(0), Rescue.DISPATCH))
    return rescue if now - flow_run.state.since >= patience else Rescue.WAIT


def watch_once(silent_before: frozenset[UUID]) -> frozenset[UUID]:
    """
    Look at silent campaign runs and batches, and return their ids for the next look.

    Only what was silent at the last look as well is touched: after a pause of the whole
    machine, or of the database, the runs come first. One process watches at a time.

    Raises:
        UnreachableError: The database or Prefect does not answer.
    """
    with held_alone("watchdog") as mine:
        if not mine:
            return frozenset()
        silent = _list_silent()
        for one in silent:
            if one.id in silent_before:
                _rescue(one)
        return frozenset(one.id for one in silent)


def watch_forever(stop: Event) -> None:
    """Look again and again until `stop` is set; a failed look is logged, no more."""
    silent: frozenset[UUID] = frozenset()
    while not stop.wait(INTERVAL.total_seconds()):
        try:
            silent = watch_once(silent)
        except ApplicationError as problem:
            _log.warning("the watchdog could not look: %s", problem)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("the watchdog could not look")


def _list_silent() -> list[Silent]:
    moment, silence = now(), settings().campaigns.silence_limit
    found = [
        Silent(
            one.campaign_run_id,
            "campaign run",
            one.flow_run_id,
            one.attempt,
            _dispatch_run,
            partial(count_failed_start, now=moment),
        )
        for one in list_silent_campaign_runs(now=moment)
    ]
    with transaction() as session:
        batches = batch.list_silent_batches(session, silence=silence, now=moment)
    return found + [
        Silent(
            one.batch_id,
            "review batch",
            one.flow_run_id,
            one.attempt,
            _dispatch_batch,
            _count_failed_batch,
        )
        for one in batches
    ]


def _rescue(silent: Silent) -> None:
    flow_run = find_flow_run(silent.flow_run_id) if silent.flow_run_id else None
    limit = settings().campaigns.silence_limit
    rescue = decide_rescue(flow_run, silence=limit, now=now())
    if rescue is Rescue.WAIT:
        return
    _log.warning("%s %s is silent: %s", silent.what, silent.id, rescue)
    if rescue is Rescue.REPORT_CRASHED and flow_run is not None:
        message = f"No sign of life from the {silent.what}."
        report_crashed(flow_run.id, message=message)
        return
    has_failed = flow_run is not None and flow_run.state.type == "FAILED"
    if not has_failed or silent.count_failed_start(silent.id):
        silent.dispatch(silent.id, silent.attempt)


def _dispatch_run(campaign_run_id: UUID, attempt: int) -> None:
    flow_run_id = dispatch_campaign_run(campaign_run_id, attempt=attempt)
    mark_dispatched(campaign_run_id, flow_run_id)


def _dispatch_batch(batch_id: UUID, attempt: int) -> None:
    dispatch_batch(batch_id, attempt=attempt)


def _count_failed_batch(batch_id: UUID) -> bool:
    attempts = settings().campaigns.attempts
    with transaction() as session:
        return batch.count_failed_start(session, batch_id, attempts=attempts, now=now())
