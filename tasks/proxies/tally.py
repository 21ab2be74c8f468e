"""Pure: what some attempts add up to, by proxy."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from config.vocabulary import HistoryStep
from tasks.proxies.health import Point, beginning_of, count_latencies, merge_points
from tasks.proxies.rotation_terms import Outcome
from tasks.proxies.schemas import Attempt

_BLAMED = frozenset((Outcome.PROXY, Outcome.BLOCKED))


class Tally(NamedTuple):
    """What attempts through one proxy add up to."""

    proxy_id: int
    requests: int
    failures: int
    """Those that are blamed on the proxy, by itself or by the host it went to."""

    this_hour: int
    hour: datetime
    """The hour of the latest of them, which `this_hour` counts in."""

    in_row: int
    """Failures in a row at the end, and none of them a host's refusal."""

    has_success: bool
    points: tuple[Point, ...]


def tally_attempts(attempts: Iterable[Attempt]) -> list[Tally]:
    """Return what attempts add up to, by the ids of their proxies."""
    found: dict[int, list[Attempt]] = {}
    for one in attempts:
        found.setdefault(one.proxy_id, []).append(one)
    return [
        _tally(proxy_id, sorted(found[proxy_id], key=lambda one: one.at))
        for proxy_id in sorted(found)
    ]


def _tally(proxy_id: int, attempts: list[Attempt]) -> Tally:
    hour = beginning_of(attempts[-1].at, HistoryStep.HOUR)
    in_row, has_success = 0, False
    for one in attempts:
        if one.outcome == Outcome.SUCCESS:
            in_row, has_success = 0, True
        elif one.outcome == Outcome.PROXY:
            in_row += 1
    return Tally(
        proxy_id,
        requests=len(attempts),
        failures=sum(one.outcome in _BLAMED for one in attempts),
        this_hour=sum(one.at >= hour for one in attempts),
        hour=hour,
        in_row=in_row,
        has_success=has_success,
        points=tuple(
            merge_points((_point(one) for one in attempts), HistoryStep.MINUTE)
        ),
    )


def _point(attempt: Attempt) -> Point:
    is_success = attempt.outcome == Outcome.SUCCESS and attempt.latency is not None
    return Point(
        attempt.at,
        requests=1,
        failures=int(attempt.outcome in _BLAMED),
        bans=int(attempt.outcome == Outcome.BLOCKED),
        waits=int(attempt.waited),
        latencies=count_latencies(
            (attempt.latency,) if is_success and attempt.latency is not None else ()
        ),
    )
