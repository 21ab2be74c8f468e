"""One decision about many public profiles: at once, or by a worker in portions."""

import logging
from time import monotonic
from uuid import UUID

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE

from config.clock import now
from config.correlation import correlated_by
from config.errors import ApplicationError, OutsideError
from config.settings import settings
from flows.dispatch import dispatch_review_batch
from tasks.database import transaction
from tasks.failures.record import record_failure, wait_until_sent
from tasks.retries import only_if_retryable
from tasks.reviews.batch import (
    decide_or_open,
    fail_batch,
    mark_dispatched,
    take_batch,
    work_on_batch,
)
from tasks.reviews.batch_schemas import (
    BatchAccepted,
    BatchDecisionAnswer,
    BatchDecisionRequest,
    BatchRuling,
)

log = logging.getLogger(__name__)

SECONDS_TO_TELL = 2.0
"""The process ends with its run; an error on its way to Sentry gets so long."""


class BatchFailureError(ApplicationError):
    """A fault of ours stopped a batch."""

    code = "internal_error"


def decide_about_many(
    asked: BatchDecisionRequest, ruling: BatchRuling
) -> BatchDecisionAnswer | BatchAccepted:
    """
    Decide at once, or have a worker do it if a filter finds too many for that.

    A batch whose dispatch fails stays queued, and the watchdog dispatches it later.
    """
    with transaction() as session:
        answer = decide_or_open(session, asked, ruling)
    if answer is not None:
        return answer
    dispatch_batch(ruling.decision_id)
    return BatchAccepted(batch_id=ruling.decision_id)


def dispatch_batch(batch_id: UUID, *, attempt: int = 0) -> None:
    """Hand a batch to the workers; if that fails the watchdog will, within seconds."""
    try:
        flow_run_id = dispatch_review_batch(batch_id, attempt=attempt)
    except OutsideError as failure:
        log.warning(
            "review batch %s waits for the workflow engine: %s",
            batch_id,
            failure.message,
        )
        return
    with transaction() as session:
        mark_dispatched(session, batch_id, flow_run_id)


@flow(name="review-batch")
def run_review_batch(batch_id: UUID) -> None:
    """Carry one decision out about everything that a filter found."""
    with correlated_by(runtime.flow_run.tags):
        carry_out(batch_id)


def carry_out(batch_id: UUID) -> None:
    """Work on a batch until it ends; safe to repeat, and beside another worker."""
    with transaction() as session:
        if not take_batch(session, batch_id, now=now()):
            return
    try:
        while work_through_portions(batch_id):
            pass
    except ApplicationError as problem:
        if isinstance(problem, OutsideError):
            raise  # it may pass; the watchdog takes the batch up again
        _note(batch_id, problem)
        raise
    except Exception as defect:
        record_failure(defect, place="review-batch")
        wait_until_sent(SECONDS_TO_TELL)
        fault = "a fault in Muster stopped the batch; what is decided stays"
        _note(batch_id, BatchFailureError(fault))
        raise


@task(
    name="work-through-portions",
    retries=3,
    retry_delay_seconds=[1, 3, 9],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def work_through_portions(batch_id: UUID) -> bool:
    """Decide portion by portion for some seconds, and return whether it goes on."""
    ends_at = monotonic() + settings().campaigns.batch_budget.total_seconds()
    while True:
        with transaction() as session:
            goes_on = work_on_batch(session, batch_id, now=now())
        if not goes_on or monotonic() >= ends_at:
            return goes_on


def _note(batch_id: UUID, problem: ApplicationError) -> None:
    with transaction() as session:
        fail_batch(session, batch_id, problem, now=now())
