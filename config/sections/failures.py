"""Where unexpected errors go."""

from datetime import timedelta

from pydantic import SecretStr

from config.sections.base import Section


class FailuresSettings(Section):
    """Read from `MUSTER_FAILURES__*`."""

    sentry_dsn: SecretStr = SecretStr("")
    """Address of a Sentry project. Empty: errors stay in the log and the error list."""

    environment: str = "local"
    """Name of this installation, as Sentry shows it."""

    alert_interval: timedelta = timedelta(minutes=15)
    """An error that comes again raises the next alert after this time."""

    lifetime: timedelta = timedelta(days=90)
    """How long an error that does not come again stays in the error list."""
