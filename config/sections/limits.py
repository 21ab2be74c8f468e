"""How often somebody may ask, and what is taken in."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from annotated_types import Ge, Gt

from config.sections.base import Section


class LimitsSettings(Section):
    """Read from `MUSTER_LIMITS__*`; `deployments/docs/limits.md` says what counts."""

    general: Annotated[int, Ge(1)] = 100
    """Requests in one window that are of no other class, for one account."""

    auth: Annotated[int, Ge(1)] = 10
    """Requests in one window that prove who somebody is, such as sign-ins."""

    download: Annotated[int, Ge(1)] = 5
    """Downloads asked for in one window."""

    admin: Annotated[int, Ge(1)] = 200
    """Requests in one window to the administration."""

    interactive: Annotated[int, Ge(1)] = 6_000
    """Requests in one window that working the console takes: review, status, events."""

    window: Annotated[timedelta, Gt(timedelta(0))] = timedelta(hours=1)
    """The time that a limit counts over; it slides with every request."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks of proxies in front; X-Forwarded-For is believed from there only."""

    largest_body_bytes: Annotated[int, Ge(1_024)] = 1_048_576
    """Largest body of a request, in bytes; an uploaded table has a limit of its own."""

    kept_answer_lifetime: timedelta = timedelta(hours=24)
    """How long an answer is kept for a repeat with the same Idempotency-Key."""

    in_flight_lifetime: timedelta = timedelta(minutes=5)
    """A request under an Idempotency-Key that has not ended after this is given up."""

    violation_lifetime: timedelta = timedelta(days=30)
    """How long it is kept who went over which limit."""
