"""Have decisions learned from when there are enough new ones; look every 5 s."""

import logging
from datetime import timedelta
from threading import Event

from config.clock import now
from config.errors import ApplicationError
from flows.dispatch import dispatch_likelihood_training
from tasks.database import held_alone, transaction
from tasks.reviews.likelihood_rows import take_due

INTERVAL = timedelta(seconds=5)

_log = logging.getLogger(__name__)


def dispatch_due_training() -> int:
    """
    Dispatch what is due, and return how many; one process looks at a time.

    What is noted as dispatched and comes to nothing is due again after some minutes.

    Raises:
        UnreachableError: The database or Prefect does not answer.
    """
    with held_alone("likelihood") as mine:
        if not mine:
            return 0
        with transaction() as session:
            due = take_due(session, now=now())
        for one in due:
            dispatch_likelihood_training(
                one.campaign_id, version=f"{one.generation}-{one.counted}"
            )
    return len(due)


def watch_likelihoods_forever(stop: Event) -> None:
    """Look until `stop` is set; a failed look is logged, no more."""
    while not stop.wait(INTERVAL.total_seconds()):
        try:
            dispatch_due_training()
        except ApplicationError as problem:
            _log.warning("decisions could not be looked at: %s", problem.message)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("decisions could not be looked at")
