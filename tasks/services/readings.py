"""What an operator would be woken for, in numbers; each source is asked by itself."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from config.clock import now
from tasks.services.look import (
    count_flow_runs,
    read_backlog,
    read_event_lag,
    read_workers,
)


class Reading(NamedTuple):
    """One number, under a name as Prometheus wants it (lower case, unit at the end)."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = {}


def read_waiting_work() -> list[Reading]:
    """Return what waits for a worker, a person or an end."""
    backlog = read_backlog()
    runs = [
        Reading(
            "muster_campaign_runs",
            "Campaign runs that have not ended, by state.",
            count,
            {"state": state},
        )
        for state, count in backlog.campaign_runs.items()
    ]
    browsers = [
        Reading(
            "muster_browser_profiles",
            "Browser profiles, by state.",
            count,
            {"state": state},
        )
        for state, count in backlog.browser_profiles.items()
    ]
    pending, active = backlog.reviews_pending, backlog.logins_active
    return [
        *runs,
        *browsers,
        Reading(
            "muster_reviews_pending", "Public profiles that wait for a person.", pending
        ),
        Reading("muster_logins_active", "Logins that have not ended.", active),
    ]


def read_relay() -> list[Reading]:
    """Return how far the relay is behind what is committed."""
    lag = read_event_lag()
    return [
        Reading(
            "muster_events_waiting",
            "Committed events that have no place in the order yet.",
            lag.waiting,
        ),
        Reading(
            "muster_events_unpublished",
            "Ordered events that the stream does not have yet.",
            lag.unpublished,
        ),
        Reading(
            "muster_event_lag_seconds",
            "Age of the oldest event that nobody was told of.",
            lag.oldest_seconds,
        ),
        Reading("muster_relays", "Relays that listen.", lag.relays),
    ]


def read_flow_runs() -> list[Reading]:
    """Return how many flow runs Prefect has in each state."""
    meaning = "Flow runs by state, as long as Prefect keeps them."
    return [
        Reading("muster_flow_runs", meaning, count, {"state": state})
        for state, count in count_flow_runs().items()
    ]


def read_worker_signs() -> list[Reading]:
    """Return how many workers there are, and how long the last has been silent."""
    online = [one for one in read_workers() if one.is_online]
    readings = [
        Reading("muster_workers_online", "Workers of the work pool.", len(online))
    ]
    heard = [one.last_heard_at for one in online if one.last_heard_at is not None]
    if heard:
        silence = (now() - max(heard)).total_seconds()
        meaning = "Seconds since a worker gave a sign of life."
        readings.append(
            Reading("muster_worker_silence_seconds", meaning, max(0.0, silence))
        )
    return readings


READINGS: Mapping[str, Callable[[], list[Reading]]] = {
    "backlog": read_waiting_work,
    "relay": read_relay,
    "flow_runs": read_flow_runs,
    "workers": read_worker_signs,
}
"""Source -> its numbers."""
