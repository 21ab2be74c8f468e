"""Keep an unexpected error, send it on, and raise an alert; nothing here ever fails."""

import logging
from datetime import datetime, timedelta
from threading import Lock

from config.clock import now as present
from config.correlation import correlation_id
from config.settings import settings
from tasks.database import transaction
from tasks.failures.describe import describe_failure
from tasks.failures.repository import count_failure, forget_failures
from tasks.failures.schemas import Finding

log = logging.getLogger(__name__)
alerts = logging.getLogger("muster.alerts")
"""Its lines are the alerts; whoever wants them elsewhere adds a handler to it."""

MOST_REMEMBERED = 1_000


def record_failure(error: BaseException, *, place: str) -> None:
    """
    Keep an error nobody has a word for, and tell whoever has to act.

    Safe to call from anywhere: whatever goes wrong in here is logged and forgotten.

    Args:
        error: As it was caught.
        place: What was being done, such as `POST /api/v1/campaigns`.
    """
    try:
        finding = describe_failure(
            error, place=place, correlation_id=correlation_id.get()
        )
        if _store(finding, now=present()):
            alerts.critical(
                "%s in %s [%s]: %s",
                finding.kind,
                finding.place,
                finding.fingerprint,
                finding.message,
            )
        _send_on(error, finding)
    except Exception:
        log.exception("an error could not be recorded")


def wait_until_sent(seconds: float) -> None:
    """Wait until Sentry has what it was sent; for a process that is about to end."""
    if settings().failures.sentry_dsn.get_secret_value():
        from tasks.failures.sentry import flush_sentry  # noqa: PLC0415 - see _send_on

        flush_sentry(seconds)


def _send_on(error: BaseException, finding: Finding) -> None:
    if settings().failures.sentry_dsn.get_secret_value():
        from tasks.failures.sentry import send_to_sentry  # noqa: PLC0415 - takes 0.2 s to load, and few use it

        send_to_sentry(error, finding)


def _store(finding: Finding, *, now: datetime) -> bool:
    """Store the error and return whether an alert is due; without a database too."""
    section = settings().failures
    try:
        with transaction() as session:
            is_due = count_failure(
                session, finding, now=now, alert_every=section.alert_interval
            )
            forget_failures(session, before=now - section.lifetime)
    except Exception:
        log.warning("an error could not be stored", exc_info=True)
        return _unstored.is_due(finding.fingerprint, now, every=section.alert_interval)
    return is_due


class _Unstored:
    """Remembers which alerts were raised while the database was away."""

    def __init__(self) -> None:
        self._raised_at: dict[str, datetime] = {}
        self._lock = Lock()

    def is_due(self, fingerprint: str, now: datetime, *, every: timedelta) -> bool:
        """Tell whether this process may raise the alert, and note that it does."""
        with self._lock:
            last = self._raised_at.get(fingerprint)
            if last is not None and now - last < every:
                return False
            if len(self._raised_at) >= MOST_REMEMBERED:
                self._raised_at.clear()
            self._raised_at[fingerprint] = now
            return True


_unstored = _Unstored()
