"""Write down that somebody went over a limit; the answer does not wait for it."""

import logging

from config.clock import now
from config.correlation import correlation_id
from config.settings import settings
from config.vocabulary import LimitClass
from tasks.database import transaction
from tasks.limits.repository import add_violation, forget_violations
from tasks.limits.schemas import Asker, Count

log = logging.getLogger(__name__)


def note_violation(
    asker: Asker, limit_class: LimitClass, count: Count, *, method: str, path: str
) -> None:
    """Store a refusal, and forget what is past its time; a failure is only logged."""
    log.warning("%s went over the limit %s", asker.key, limit_class)
    try:
        with transaction() as session:
            add_violation(
                session,
                asker,
                limit_class,
                count,
                route=(method, path),
                asked=correlation_id.get(),
            )
            forget_violations(
                session, before=now() - settings().limits.violation_lifetime
            )
    except Exception:
        log.exception("that limit violation could not be stored")
