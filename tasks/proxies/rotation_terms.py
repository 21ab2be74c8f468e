"""The words and numbers of rotation: outcomes, why one waits, the terms."""

from dataclasses import dataclass, replace
from enum import StrEnum

from config.sections.proxies import ProxiesSettings

HOUR_SECONDS = 3600.0


class Outcome(StrEnum):
    """Who is to blame for how an attempt ended."""

    SUCCESS = "success"
    PROXY = "proxy"
    """The proxy refused, was silent, or let no tunnel through."""

    BLOCKED = "blocked"
    """The host refuses this proxy: 403, 429, 451, a page that blocks."""

    TARGET = "target"
    """The host failed: 5xx, or silence after the first byte."""

    ACCOUNT = "account"
    """The account is refused, whatever the proxy."""

    OURS = "ours"
    """Unreadable, a local failure, or cancelled by us."""


class WaitReason(StrEnum):
    """Why no proxy is given now."""

    BUDGET = "budget"
    """Every proxy has spent what it may carry."""

    COOLING = "cooling"
    """What is left of the proxies cools down."""

    ALL_TRIED = "all_tried"
    """Every proxy was excluded; nothing will change by waiting."""

    NO_PROXY = "no_proxy"
    """There is none to choose from."""

    PIN_BUDGET = "pin_budget"
    PIN_COOLING = "pin_cooling"
    PIN_AWAY = "pin_away"
    """The pinned proxy was taken out of use; only a person or policy moves a pin."""

    RETRIES = "retries"
    """Further tries are too large a share already; the item goes back to its queue."""

    HOST_SLOWED = "host_slowed"
    """The host fails through all proxies, and is asked slowly."""

    RESTORING = "restoring"
    """What was known is being read back from the database."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers of rotation; times in seconds."""

    half_life: float
    latency_memory: float
    first_latency: float
    failed_try_cost: float
    candidates: int
    trial_share: float
    most_out: float
    budget_per_hour: int
    burst: int
    failures_in_row: int
    failure_share: float
    first_cool_down: float
    longest_cool_down: float
    common_window: float
    common_share: float
    slow_gap: float
    retries: int
    retry_share: float
    lease_lifetime: float

    @property
    def budget_gap(self) -> float:
        """
        Return the seconds between two requests of one proxy at its steady pace.

        A burst of b and a gap T admit at most b + floor(3600 / T) in any hour, ends
        included; so T spreads what the burst leaves of the hour. The last factor
        covers rounding.
        """
        left = self.budget_per_hour - self.burst
        return HOUR_SECONDS / left * (1 + 1e-9)

    @property
    def burst_ahead(self) -> float:
        """Return how many seconds a proxy may be ahead of its steady pace."""
        return (self.burst - 1) * self.budget_gap

    def most_within(self, seconds: float) -> int:
        """Return the most requests that one proxy carries in any such time."""
        return self.burst + int(seconds / self.budget_gap)


def read_terms(section: ProxiesSettings) -> Terms:
    """Return the terms that the settings, or a person's changes of them, say."""
    return Terms(
        half_life=section.half_life.total_seconds(),
        latency_memory=section.latency_memory.total_seconds(),
        first_latency=section.first_latency.total_seconds(),
        failed_try_cost=section.failed_try_cost.total_seconds(),
        candidates=section.candidates,
        trial_share=section.trial_share,
        most_out=section.most_out,
        budget_per_hour=section.budget_per_hour,
        burst=section.burst,
        failures_in_row=section.failures_in_row,
        failure_share=section.failure_share,
        first_cool_down=section.first_cool_down.total_seconds(),
        longest_cool_down=section.longest_cool_down.total_seconds(),
        common_window=section.common_window.total_seconds(),
        common_share=section.common_share,
        slow_gap=section.slow_gap.total_seconds(),
        retries=section.retries,
        retry_share=section.retry_share,
        lease_lifetime=section.lease_lifetime.total_seconds(),
    )


DEFAULT_TERMS = read_terms(ProxiesSettings())


def change_terms(**changes: float) -> Terms:
    """Return the default terms with some of them changed; for trials and tests."""
    return replace(DEFAULT_TERMS, **changes)  # type: ignore[arg-type]  # names and types are those of Terms
