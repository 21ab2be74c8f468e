"""Pure: the settings of rotation as numbers with units, and what a change would do."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from config.sections.proxies import ProxiesSettings
from tasks.proxies.rotation_schemas import RotationEffect, RotationFigures
from ui.console.api_door import FieldProblem
from ui.console.words import counted

SECONDS, MINUTES, PERCENT = "seconds", "minutes", "%"
_SIZES: Mapping[str, float] = {SECONDS: 1.0, MINUTES: 60.0, PERCENT: 0.01}
HARDLY = 0.001
"""A smaller difference of a mean chance is not told as one."""


class Field(NamedTuple):
    """One setting as it is asked for; without a unit it is a count."""

    label: str
    unit: str = ""


GROUPS: Mapping[str, Mapping[str, Field]] = {
    "How one is chosen": {
        "candidates": Field("Proxies drawn for each request"),
        "failed_try_cost": Field("Cost of a failed try", SECONDS),
        "first_latency": Field("Latency of one not used lately", SECONDS),
        "latency_memory": Field("Memory for a high latency", SECONDS),
        "half_life": Field("Half-life of what was seen", MINUTES),
        "trial_share": Field("Requests that try one put out", PERCENT),
    },
    "When one is put out": {
        "failures_in_row": Field("Failures in a row"),
        "failure_share": Field("Share of failures", PERCENT),
        "first_cool_down": Field("First cool-down", SECONDS),
        "longest_cool_down": Field("Longest cool-down", MINUTES),
        "most_out": Field("Most that may be out", PERCENT),
    },
    "What one may carry": {
        "budget_per_hour": Field("Requests in any hour"),
        "burst": Field("Requests at once after a rest"),
        "lease_lifetime": Field("Longest loan", MINUTES),
    },
    "When a host fails through all": {
        "common_window": Field("How far back one looks", SECONDS),
        "common_share": Field("Success below which no proxy is blamed", PERCENT),
        "slow_gap": Field("Time between two requests then", SECONDS),
    },
    "Further tries": {
        "retries": Field("Further tries of one item"),
        "retry_share": Field("Most of all requests", PERCENT),
    },
}
"""Heading -> name -> field: every setting once."""

FIELDS: Mapping[str, Field] = {
    name: field for group in GROUPS.values() for name, field in group.items()
}
Number = int | float


def label_of(name: str) -> str:
    """Return what a field is called, with its unit."""
    field = FIELDS[name]
    return f"{field.label}, {field.unit}" if field.unit else field.label


def sentence_of(name: str) -> str:
    """Return what a setting is for, from where it is defined."""
    told = ProxiesSettings.model_fields[name].description or ""
    return " ".join(told.split())


def shown_numbers(settings: ProxiesSettings) -> dict[str, Number]:
    """Return the settings as the form shows them, each in its unit."""
    return {name: _shown(getattr(settings, name), name) for name in FIELDS}


def build_request(shown: Mapping[str, Number]) -> dict[str, Any]:
    """Return the numbers of the form as a request; times in seconds."""
    return {name: _sent(shown[name], name) for name in FIELDS}


def bounds_of(name: str) -> tuple[Number, Number | None]:
    """Return the least and the most a field takes, in its unit; None: no most."""
    least: Number = 0
    most: Number | None = None
    for one in ProxiesSettings.model_fields[name].metadata:
        least = getattr(one, "ge", least)
        most = getattr(one, "le", getattr(one, "lt", most))
    if not FIELDS[name].unit:
        return least, most
    size = _SIZES[FIELDS[name].unit]
    is_share = FIELDS[name].unit == PERCENT
    return 0.0, most / size if most is not None and is_share else None


def place_problems(problems: Iterable[FieldProblem]) -> dict[str, list[str]]:
    """Return for each field what to say there; what has none is under an empty name."""
    placed: dict[str, list[str]] = {}
    for problem in problems:
        said = problem.message.removeprefix("Value error, ")
        said = re.sub(r"\b[a-z_]+\b", _name_field, said)
        last = problem.path.rpartition(".")[2]
        placed.setdefault(last if last in FIELDS else "", []).append(said)
    return placed


def changes_in_words(held: ProxiesSettings, shown: Mapping[str, Number]) -> list[str]:
    """Return what differs from the settings that hold: `Burst: 3, now 5`."""
    before = shown_numbers(held)
    return [
        f"{label_of(name)}: {before[name]:g} → {shown[name]:g}"
        for name in FIELDS
        if before[name] != shown[name]
    ]


def effect_in_words(effect: RotationEffect) -> list[str]:
    """Return what other settings would have changed, a sentence each."""
    now, then = effect.now, effect.then
    if not then.attempts:
        return ["No request through a proxy is recorded yet, so nothing can be shown."]
    looked = counted(then.attempts, "request")
    return [
        f"The last {looked} through proxies were chosen for anew, as of their time.",
        _chances_in_words(now, then),
        _waits_in_words(now, then),
        "How another proxy would really have fared, nobody knows.",
    ]


def effect_rows(effect: RotationEffect) -> list[dict[str, str]]:
    """Return the figures under the settings of now and the new ones, side by side."""
    return [
        {"Figure": label, "Settings of now": form(now), "New settings": form(then)}
        for (label, form, now), then in zip(
            _figures(effect.now), (one[2] for one in _figures(effect.then)), strict=True
        )
    ]


def _figures(one: RotationFigures) -> list[tuple[str, Any, float]]:
    return [
        ("Requests looked at", _count, one.attempts),
        ("Would go through another proxy than they did", _count, one.other_proxy),
        ("Would have to wait", _count, one.waits),
        ("Mean chance of success, as it was taken", _percent, one.chance_taken),
        ("Mean chance of success, as it would be chosen", _percent, one.chance_chosen),
    ]


def _chances_in_words(now: RotationFigures, then: RotationFigures) -> str:
    gain = then.chance_chosen - now.chance_chosen
    if abs(gain) < HARDLY:
        return (
            "The proxies chosen would have been as good: a chance of success of "
            f"{_percent(then.chance_chosen)} at the mean, with either settings."
        )
    return (
        f"The proxies chosen would have been {'better' if gain > 0 else 'worse'}: a "
        f"chance of success of {_percent(then.chance_chosen)} at the mean, instead of "
        f"{_percent(now.chance_chosen)} with the settings of now."
    )


def _waits_in_words(now: RotationFigures, then: RotationFigures) -> str:
    if then.waits == now.waits:
        if not now.waits:
            return "None would have had to wait, with either settings."
        return f"{counted(now.waits, 'request')} would have had to wait, with either."
    return (
        f"{counted(then.waits, 'request')} would have had to wait, instead of "
        f"{now.waits:,} with the settings of now."
    )


def _shown(value: Any, name: str) -> Number:
    if isinstance(value, timedelta):
        return value.total_seconds() / _SIZES[FIELDS[name].unit]
    if isinstance(value, float):
        return round(value / _SIZES[PERCENT], 6)
    return int(value)


def _sent(number: Number, name: str) -> Number:
    unit = FIELDS[name].unit
    return round(number * _SIZES[unit], 8) if unit else int(number)


def _name_field(found: re.Match[str]) -> str:
    field = FIELDS.get(found[0])
    return f"“{field.label}”" if field else found[0]


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.1%}".replace("%", " %")
