"""Pure: what a proxy did over time, in words, and as rows of charts and tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from config.vocabulary import HistoryStep
from tasks.proxies.schemas import HistoryPoint
from ui.console.words import DAY, HOUR, MINUTE, counted


class Series(NamedTuple):
    """One line or kind of bar: where its numbers are, and its colour."""

    attribute: str
    colour: str
    """Seen on white and on the dark ground alike: 3:1 on both."""


COUNTS: Mapping[str, Series] = {
    "Requests": Series("requests", "#4A86D8"),
    "Failures": Series("failures", "#D9534A"),
    "Bans": Series("bans", "#C27A1E"),
    "Waits": Series("waits", "#8B6FD6"),
}
LATENCIES: Mapping[str, Series] = {
    "Half of the answers within": Series("latency_p50_ms", "#4A86D8"),
    "95 % within": Series("latency_p95_ms", "#C27A1E"),
}
_LENGTHS: Mapping[HistoryStep, timedelta] = {
    HistoryStep.MINUTE: MINUTE,
    HistoryStep.HOUR: HOUR,
    HistoryStep.DAY: DAY,
}
_STEPS: Mapping[HistoryStep, str] = {
    HistoryStep.MINUTE: "minute by minute",
    HistoryStep.HOUR: "hour by hour",
    HistoryStep.DAY: "day by day",
}


FEWEST_SHOWN = 30
"""So many points' time is shown at least."""


def step_in_words(step: HistoryStep) -> str:
    """Return how fine a history is."""
    return _STEPS[step]


def history_in_words(points: Sequence[HistoryPoint]) -> str:
    """Return what a history comes to, in one sentence."""
    total = {
        name: sum(getattr(one, series.attribute) for one in points)
        for name, series in COUNTS.items()
    }
    said = [
        counted(total["Requests"], "request"),
        f"{counted(total['Failures'], 'failure')} of its own",
        counted(total["Bans"], "ban"),
    ]
    waits = counted(total["Waits"], "time")
    return (
        f"{', '.join(said)}; somebody waited for its budget {waits}. Shown "
        f"{step_in_words(points[0].step)}, in UTC."
    )


def span_of(points: Sequence[HistoryPoint]) -> tuple[datetime, datetime]:
    """
    Return from when to when a chart goes.

    A few points do not fill it: one minute would look like all there is.
    """
    length = _LENGTHS[points[-1].step]
    ends_at = points[-1].starts_at + length
    begins_at = min(points[0].starts_at, ends_at - FEWEST_SHOWN * length)
    return begins_at, ends_at


def count_rows(
    points: Sequence[HistoryPoint], names: Sequence[str], *, stacked: bool
) -> list[dict[str, Any]]:
    """Return the counts of a history as bars; a count of nothing has none."""
    rows = []
    for one in points:
        base = 0
        for name in names:
            value = getattr(one, COUNTS[name].attribute)
            if value:
                ends = {"base": base, "top": base + value}
                rows.append(_row(one, name, value) | ends)
            base += value if stacked else 0
    return rows


def latency_rows(points: Sequence[HistoryPoint]) -> list[dict[str, Any]]:
    """Return the latencies of a history; times without an answer have no row."""
    return [
        _row(one, name, value)
        for one in points
        for name, series in LATENCIES.items()
        if (value := getattr(one, series.attribute)) is not None
    ]


def history_rows(points: Sequence[HistoryPoint]) -> list[dict[str, Any]]:
    """Return a history as rows of a table, the newest first."""
    return [
        {
            "Begins": one.starts_at,
            "Requests": one.requests,
            "Failures": one.failures,
            "Bans": one.bans,
            "Waits": one.waits,
            "Half within, ms": one.latency_p50_ms,
            "95 % within, ms": one.latency_p95_ms,
        }
        for one in reversed(points)
    ]


def _row(one: HistoryPoint, name: str, value: int) -> dict[str, Any]:
    return {
        "at": one.starts_at.isoformat(),
        "until": (one.starts_at + _LENGTHS[one.step]).isoformat(),
        "when": f"{one.starts_at:%-d %b, %H:%M}",
        "name": name,
        "value": value,
    }
