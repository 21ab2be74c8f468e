"""A campaign run: acquire, score, hand over to review; safe to repeat at any point."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import copy_context
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from uuid import UUID

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE

from config.clock import now
from config.correlation import correlated_by
from config.errors import ApplicationError, OutsideError
from config.settings import settings
from flows.campaign_portion import (
    CampaignWork,
    largest_portion,
    side_by_side,
    work_portion,
)
from flows.campaign_report import tell_end
from tasks.campaigns.pace import learn_pace
from tasks.campaigns.repository import SupersededError, beat
from tasks.campaigns.runs import close_run, fail_run, take_run
from tasks.campaigns.schemas import TakenRun
from tasks.database import transaction
from tasks.failures.record import record_failure, wait_until_sent
from tasks.retries import only_if_retryable

log = logging.getLogger(__name__)

SECONDS_TO_TELL = 2.0
"""The process ends with its run; an error on its way to Sentry gets so long."""


class UnexpectedFailureError(ApplicationError):
    """A fault of ours stopped the run."""

    code = "internal_error"


@flow(name="campaign-run")
def run_campaign(campaign_run_id: UUID) -> None:
    """Acquire public profiles, score each, and put the best before a reviewer."""
    with correlated_by(runtime.flow_run.tags):
        carry_out(campaign_run_id)


def carry_out(campaign_run_id: UUID) -> None:
    """Work on a campaign run until it ends, is paused, or somebody else has it."""
    taken = take_up(campaign_run_id)
    if taken is None:
        tell_end(campaign_run_id)
        return
    log.info("campaign run %s, attempt %d", campaign_run_id, taken.attempt)
    with (
        end_told(campaign_run_id),
        kept_alive(taken),
        failures_noted(taken),
        closing(CampaignWork(taken)) as work,
    ):
        while work_through_batch(work):
            pass


@contextmanager
def end_told(campaign_run_id: UUID) -> Iterator[None]:
    """Write the run into the log after the block, if it has ended by then."""
    try:
        yield
    finally:
        tell_end(campaign_run_id)


@task(
    name="work-through-batch",
    retries=3,
    retry_delay_seconds=[1, 3, 9],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def work_through_batch(work: CampaignWork) -> bool:
    """Work on portions for one batch's time, and return whether the run goes on."""
    section = settings().campaigns
    ends_at = monotonic() + section.batch_budget.total_seconds()
    while True:
        began = monotonic()
        portion = work_portion(work)
        work.pace = learn_pace(
            work.pace,
            items=portion.items,
            seconds=monotonic() - began,
            interval=section.commit_interval,
            smallest=side_by_side(work.source),
            largest=largest_portion(work.source),
        )
        if portion.is_last:
            with transaction() as session:
                close_run(session, work.taken, now=now())
        if not portion.goes_on or monotonic() >= ends_at:
            return portion.goes_on


def take_up(campaign_run_id: UUID) -> TakenRun | None:
    """Become the run's only taker; None means that there is nothing to do."""
    with transaction() as session:
        return take_run(
            session, campaign_run_id, attempts=settings().campaigns.attempts, now=now()
        )


@contextmanager
def failures_noted(taken: TakenRun) -> Iterator[None]:
    """Note on the run why it cannot go on; what it stored stays."""
    try:
        yield
    except SupersededError as superseded:
        log.info("%s", superseded.message)
    except ApplicationError as problem:
        if isinstance(problem, OutsideError) and problem.code == "database_error":
            raise  # it cannot be noted now; the watchdog takes the run up again
        _note(taken, problem)
        raise
    except Exception as defect:
        record_failure(defect, place="campaign-run")
        wait_until_sent(SECONDS_TO_TELL)
        _note(
            taken,
            UnexpectedFailureError(
                "a fault in Muster stopped the run; its cause is in the worker's log. "
                "What was acquired is kept; start the campaign again to go on"
            ),
        )
        raise


def _note(taken: TakenRun, problem: ApplicationError) -> None:
    with transaction() as session:
        fail_run(session, taken, problem, now=now())


@contextmanager
def kept_alive(taken: TakenRun) -> Iterator[None]:
    """Give signs of life for the run while the block lasts."""
    done = Event()
    every = settings().campaigns.heartbeat_interval
    beating = Thread(
        target=copy_context().run,  # so that its log lines carry the correlation id
        args=(_beat_until, done, taken, every),
        daemon=True,
    )
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


def _beat_until(done: Event, taken: TakenRun, every: timedelta) -> None:
    while not done.wait(every.total_seconds()):
        try:
            with transaction() as session:
                is_ours = beat(
                    session, taken.campaign_run_id, attempt=taken.attempt, now=now()
                )
        except ApplicationError as lost:
            log.warning("no sign of life could be given: %s", lost.message)
            continue
        if not is_ours:
            return
