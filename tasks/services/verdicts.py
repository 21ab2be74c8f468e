"""Pure: what is found of a service says how it does."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from config.errors import ApplicationError
from config.vocabulary import ServiceState
from tasks.clients.prefect_server import WorkerRecord
from tasks.services.lookout import LateError, Sighting
from tasks.services.schemas import EventLag, Finding, ServiceHealth

ESSENTIAL = frozenset({"database", "redis"})
"""Without one of these nothing works; without another some things wait."""

MOST_WAITING = 1_000
"""Events that may wait for the relay before it counts as behind."""

LONGEST_LAG_SECONDS = 10.0
"""Age of an event that nobody was told of, from which on the relay is behind."""

LONGEST_SILENCE = timedelta(seconds=75)
"""A worker gives a sign of life every 30 s; two may be lost (Prefect takes 90 s)."""

LITTLE_FREE_BYTES = 2 << 30
NO_FREE_BYTES = 256 << 20
"""What one portion of a large campaign, the logs and a PostgreSQL checkpoint need."""


def judge_relay(lag: EventLag) -> Finding:
    """Return how the relay does."""
    behind = lag.waiting + lag.unpublished
    if not lag.relays:
        return Finding(
            ServiceState.DOWN,
            f"no relay is connected, and {behind} events wait; start one: "
            "python -m deployments.relay",
        )
    told = f"{behind} events wait, the oldest for {lag.oldest_seconds:.1f} s"
    if behind >= MOST_WAITING or lag.oldest_seconds > LONGEST_LAG_SECONDS:
        return Finding(ServiceState.DEGRADED, told)
    return Finding(ServiceState.OK, told)


def judge_workers(workers: Sequence[WorkerRecord], *, now: datetime) -> Finding:
    """Return how the workers of the work pool do, by their signs of life."""
    online = [one for one in workers if one.is_online]
    heard = [one.last_heard_at for one in online if one.last_heard_at is not None]
    if not heard:
        return Finding(
            ServiceState.DOWN,
            "no worker gives a sign of life, so campaign runs wait; start one: "
            "python -m deployments.worker",
        )
    silence = now - max(heard)
    told = f"{len(online)} online, last heard {silence.total_seconds():.0f} s ago"
    state = ServiceState.DEGRADED if silence > LONGEST_SILENCE else ServiceState.OK
    return Finding(state, told)


def judge_disk(free_bytes: int) -> Finding:
    """Return whether there is room on the disk of the home folder."""
    told = f"{free_bytes / (1 << 30):.1f} GiB free"
    if free_bytes < NO_FREE_BYTES:
        return Finding(ServiceState.DOWN, f"{told}; make room now")
    if free_bytes < LITTLE_FREE_BYTES:
        return Finding(ServiceState.DEGRADED, f"{told}; make room")
    return Finding(ServiceState.OK, told)


def describe_sighting(sighting: Sighting[Finding]) -> ServiceHealth:
    """Return a look's outcome for people; a failure is told without its innards."""
    match sighting.failure:
        case None if sighting.seen is not None:
            found = sighting.seen
        case LateError() as late:
            found = Finding(ServiceState.DOWN, late.message)
        case ApplicationError() as problem:
            found = Finding(ServiceState.DOWN, problem.message)
        case _:
            found = Finding(ServiceState.DOWN, "it does not answer; see our log")
    return ServiceHealth(
        status=found.state,
        latency_ms=round(sighting.seconds * 1000, 1),
        message=found.message,
    )


def judge_all(states: Mapping[str, ServiceState]) -> ServiceState:
    """Return how everything does: `down` without an essential service."""
    if any(states.get(name) is ServiceState.DOWN for name in ESSENTIAL):
        return ServiceState.DOWN
    if set(states.values()) <= {ServiceState.OK}:
        return ServiceState.OK
    return ServiceState.DEGRADED
