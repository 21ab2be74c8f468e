"""Send an error to Sentry when an address is set; secrets are taken out before."""

import re
from functools import cache
from typing import Any

from sentry_sdk import Client
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, event_from_exception

from config.errors import SetupError
from config.logs import MASK
from config.settings import settings
from tasks.failures.describe import clean
from tasks.failures.schemas import Finding

_SECRET_NAMES = re.compile(
    r"(?i)passw|secret|token|cookie|authori[sz]ation|api[_-]?key|dsn|signing|^vars$"
)


def send_to_sentry(error: BaseException, finding: Finding) -> None:
    """
    Hand an error to Sentry's own thread; without an address nothing happens.

    Raises:
        SetupError: The address cannot be read.
    """
    client = _client()
    if client is None:
        return
    event, hint = event_from_exception(error, client_options=client.options)
    event["fingerprint"] = [finding.fingerprint]
    event["transaction"] = finding.place
    event["tags"] = {"correlation_id": finding.correlation_id}
    client.capture_event(event, hint)


def scrub(event: Event, _hint: Hint) -> Event:
    """Return an event without secrets: by the names of members, and by their form."""
    for one in event.get("exception", {}).get("values", ()):
        # What follows the first line are SQL, its parameters and rows of the database.
        one["value"] = str(one.get("value") or "").strip().partition("\n")[0]
    scrubbed: Event = _scrubbed(dict(event))
    return scrubbed


def flush_sentry(seconds: float) -> None:
    """Wait until everything is sent, or the time is over."""
    client = _client()
    if client is not None:
        client.flush(timeout=seconds)


def close_sentry() -> None:
    """End Sentry's thread; the next error starts it anew, with the address then set."""
    if _client.cache_info().currsize:
        client = _client()
        _client.cache_clear()
        if client is not None:
            client.close(timeout=0)


def _scrubbed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if _SECRET_NAMES.search(str(name)) else _scrubbed(one)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrubbed(one) for one in value]
    return clean(value) if isinstance(value, str) else value


@cache
def _client() -> Client | None:
    section = settings().failures
    dsn = section.sentry_dsn.get_secret_value()
    if not dsn:
        return None
    try:
        return Client(
            dsn=dsn,
            environment=section.environment,
            before_send=scrub,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            include_local_variables=False,
            max_breadcrumbs=0,
        )
    except BadDsn as unreadable:
        raise SetupError(
            "MUSTER_FAILURES__SENTRY_DSN is not the address of a Sentry project"
        ) from unreadable
