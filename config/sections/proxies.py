"""How a proxy is chosen: evidence, cool-down, budget, retries."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt
from pydantic import model_validator

from config.sections.base import Section

Positive = Annotated[timedelta, Gt(timedelta(0))]
Share = Annotated[float, Ge(0), Le(1)]


class ProxiesSettings(Section):
    """
    Read from `MUSTER_PROXIES__*`; a person may change them in the console.

    The defaults were chosen in the simulated worlds of the tests, where they stand
    beside the rules of others.
    """

    half_life: Positive = timedelta(minutes=10)
    """After this time a success or failure of a proxy with a host counts half."""

    latency_memory: Positive = timedelta(seconds=30)
    """How slowly a high latency is forgotten; a higher one counts at once."""

    first_latency: Positive = timedelta(seconds=1)
    """Latency that is assumed of a proxy not used with a host lately."""

    failed_try_cost: Positive = timedelta(seconds=24)
    """What a failed try costs, in time, when a sure proxy is weighed against a fast."""

    candidates: Annotated[int, Ge(1), Le(10)] = 4
    """Proxies drawn for each request; the best of them is taken."""

    trial_share: Share = 0.05
    """Share of requests that try a proxy which failed and has cooled down."""

    most_out: Annotated[float, Ge(0), Lt(1)] = 0.5
    """Largest share of the proxies that may cool down at a time, for one host."""

    budget_per_hour: Annotated[int, Ge(2)] = 720
    """Requests one proxy may carry in any hour; nothing goes over it."""

    burst: Annotated[int, Ge(1)] = 3
    """Requests one proxy may carry at once after a rest; part of the hour's budget."""

    failures_in_row: Annotated[int, Ge(1)] = 3
    """So many failures one after another put a proxy out for a host."""

    failure_share: Share = 0.6
    """A larger share of failures puts it out as well, from three on."""

    first_cool_down: Positive = timedelta(seconds=30)
    """Longest first cool-down; each further one is up to twice as long."""

    longest_cool_down: Positive = timedelta(minutes=15)
    """Longest cool-down, unless the host names a time itself."""

    common_window: Positive = timedelta(seconds=20)
    """How far back one looks to see that a host fails through all proxies."""

    common_share: Share = 0.25
    """If a smaller share succeeds there, no proxy is blamed."""

    slow_gap: Positive = timedelta(seconds=1)
    """Time between two requests to a host that fails through all proxies."""

    retries: Annotated[int, Ge(0), Le(10)] = 3
    """Further tries of one item through other proxies."""

    retry_share: Annotated[float, Ge(0), Lt(1)] = 0.2
    """Share of a host's requests in the last minute that may be further tries."""

    lease_lifetime: Positive = timedelta(minutes=2)
    """A proxy that is not given back is free again after this time."""

    @model_validator(mode="after")
    def _burst_within_budget(self) -> "ProxiesSettings":
        if self.burst >= self.budget_per_hour:
            raise ValueError("burst must be less than budget_per_hour")
        return self
