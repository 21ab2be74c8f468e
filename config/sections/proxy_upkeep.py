"""How proxies are looked after: checks, top-up, when one is disabled, what is kept."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import StringConstraints

from config.sections.base import Section

Positive = Annotated[timedelta, Gt(timedelta(0))]
Country = Annotated[str, StringConstraints(pattern=r"^(any|[A-Za-z]{2})$")]


class ProxyUpkeepSettings(Section):
    """Read from `MUSTER_PROXY_UPKEEP__*`."""

    interval: Positive = timedelta(minutes=1)
    """How often proxies are looked after."""

    echo_url: str = ""
    """Tells who asks, plainly or in JSON. Empty: only whether a proxy lets us in."""

    check_interval: Positive = timedelta(minutes=15)
    """How often each proxy is checked through its exit."""

    check_timeout: Positive = timedelta(seconds=15)
    """Longest check of one proxy."""

    checks_at_once: Annotated[int, Ge(1), Le(200)] = 20
    """Proxies checked at the same time."""

    error_threshold: Annotated[int, Ge(1)] = 20
    """A proxy is disabled when it has failed so often in a row."""

    top_up_below: Annotated[int, Ge(0), Le(1_000)] = 0
    """Proxies are generated when fewer can be used. 0: never."""

    top_up_country: Country = "any"
    """Country of those proxies: two letters, or `any`."""

    attempts_kept: Positive = timedelta(days=2)
    """How long it is known why each request took its proxy."""

    minutes_kept: Positive = timedelta(hours=6)
    """How long history has one point a minute; then one an hour."""

    hours_kept: Positive = timedelta(days=14)
    """How long history has one point an hour; then one a day."""

    days_kept: Positive = timedelta(days=400)
    """How long history is kept at all."""
