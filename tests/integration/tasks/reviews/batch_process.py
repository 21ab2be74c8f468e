"""A process that carries a batch out and says after each portion that it did."""

import sys
from threading import Event
from uuid import UUID

from config.clock import now
from tasks.database import transaction
from tasks.reviews.batch import take_batch, work_on_batch

if __name__ == "__main__":
    batch_id = UUID(sys.argv[1])
    with transaction() as session:
        take_batch(session, batch_id, now=now())
    with transaction() as session:
        work_on_batch(session, batch_id, now=now())
    with transaction() as session:
        work_on_batch(session, batch_id, now=now())
        session.flush()
        print("in the midst of a portion", flush=True)  # noqa: T201 - the test reads it
        Event().wait()
