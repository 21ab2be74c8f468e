"""Pure: how proxies stand and why one was chosen, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from tasks.proxies.rotation_schemas import HostName, HostStanding, ProxyStanding
from tasks.proxies.schemas import AttemptAnswer
from ui.console.proxy_words import badge_of, outcome_sign
from ui.console.words import counted, seconds_in_words

Names = Mapping[int, str]
_HOST: TypeAdapter[str] = TypeAdapter(HostName)


def host_of(typed: str) -> str | None:
    """Return the host somebody typed, with its port if named; None if there is none."""
    text = typed.strip().lower()
    address = text if "//" in text else f"//{text}"
    try:
        return _HOST.validate_python(urlsplit(address).netloc.rpartition("@")[2])
    except (ValidationError, ValueError):
        return None


def name_of(proxy_id: int, names: Names) -> str:
    """Return the address of a proxy, or its number if the address is not known."""
    return names.get(proxy_id, f"proxy {proxy_id}")


def outcome_badge(outcome: str) -> str:
    """Return how an attempt ended as a Markdown badge; other words are kept."""
    return badge_of(outcome_sign(outcome))


def share_in_words(share: float) -> str:
    """Return `97.3 %`."""
    return f"{share:.1%}".replace("%", " %")


def time_in_words(seconds: float) -> str:
    """Return a short time as `0.42 s`, a longer one as `12 s` or `3 min 05 s`."""
    return f"{seconds:.2f} s" if seconds < 1 else seconds_in_words(seconds)


def clock_in_words(moment: datetime, *, now: datetime) -> str:
    """Return a moment to come as `12:49:30 UTC (in 3 min 05 s)`."""
    left = max(0.0, (moment - now).total_seconds())
    return f"{moment:%H:%M:%S} UTC (in {seconds_in_words(left)})"


def host_in_words(standing: HostStanding, *, now: datetime) -> list[str]:
    """Return what holds for a host as a whole, a sentence each; often nothing."""
    said = []
    if standing.common_mode_until is not None:
        until = clock_in_words(standing.common_mode_until, now=now)
        said.append(
            f"{standing.host} fails through all proxies, so the host itself is taken "
            f"to be at fault: until {until} no proxy is blamed for a failure there."
        )
    if standing.slowed_until is not None:
        until = clock_in_words(standing.slowed_until, now=now)
        said.append(f"Until {until} it is asked slowly, one request after another.")
    return said


def state_in_words(one: ProxyStanding, *, now: datetime) -> str:
    """Return whether a proxy may go to a host now, and if not, until when."""
    if one.cooling_until is not None:
        return f"Cools down until {clock_in_words(one.cooling_until, now=now)}"
    if not one.budget_left_this_hour:
        return "Has spent its budget"
    return "On trial" if one.on_trial else "Ready"


def standing_row(one: ProxyStanding, names: Names, *, now: datetime) -> dict[str, Any]:
    """Return how a proxy stands as a row of the table; percentages from 0 to 100."""
    return {
        "Proxy": name_of(one.proxy_id, names),
        "Expected, s": round(one.score, 2),
        "Latency, ms": one.latency_ms,
        "Chance of success, %": round(one.success_chance * 100, 1),
        "Under way": one.in_flight,
        "Failures in a row": one.failures_in_row,
        "State": state_in_words(one, now=now),
        "Free in the next hour": one.budget_left_this_hour,
    }


def attempt_in_words(one: AttemptAnswer, names: Names) -> str:
    """Return why an attempt took its proxy, in plain sentences."""
    name, why = name_of(one.proxy_id, names), one.why
    if not why.get("parts"):
        return f"Nothing was noted about why {name} was taken."
    said = [_drawn_in_words(name, why), _parts_in_words(name, why["parts"])]
    return " ".join(sentence for sentence in said if sentence)


def part_rows(one: AttemptAnswer) -> list[dict[str, str]]:
    """Return what the score of the chosen proxy was made of, a row a part."""
    why, rows = one.why, []
    for name, label, form in _PARTS:
        value = why.get("parts", {}).get(name)
        if value is not None:
            rows.append({"Part": label, "Value": form(value)})
    if "score" in why:
        rows.append({"Part": "Score: the sum", "Value": time_in_words(why["score"])})
    return rows


def candidate_rows(one: AttemptAnswer, names: Names) -> list[dict[str, str]]:
    """Return the proxies that were drawn, the best first."""
    drawn = sorted(_candidates(one.why), key=lambda each: float(each["score"]))
    return [
        {
            "Proxy": name_of(each["proxy_id"], names),
            "Score": time_in_words(each["score"]),
            "Choice": "taken" if each["proxy_id"] == one.proxy_id else "",
        }
        for each in drawn
    ]


def _candidates(why: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = why.get("candidates") or ()
    return found


def _drawn_in_words(name: str, why: Mapping[str, Any]) -> str:
    drawn, score = len(_candidates(why)), why.get("score")
    if why.get("trial"):
        return (
            f"{name} had been put out for this host and has cooled down; this request "
            "tried whether it works again."
        )
    if score is None or not drawn:
        return ""
    expected = time_in_words(score)
    if drawn == 1:
        return (
            f"{name} was the only one that could go: it is pinned, or the others "
            "cooled down, had spent their budget or had been tried. It was expected to "
            f"take {expected}."
        )
    return (
        f"{counted(drawn, 'proxy', 'proxies')} were drawn, and {name} was expected to "
        f"take the shortest: {expected}."
    )


def _parts_in_words(name: str, parts: Mapping[str, float]) -> str:
    if not {"latency", "in_flight", "success_chance", "failure_cost"} <= parts.keys():
        return ""
    behind = round(parts["in_flight"])
    queue = f" behind {counted(behind, 'request')} under way" if behind else ""
    return (
        f"Of that, {time_in_words(parts['waiting'])} is for its answer{queue} and "
        f"{time_in_words(parts['failure_cost'])} for the risk of a failed try: "
        f"{name} had a chance of success of {share_in_words(parts['success_chance'])}."
    )


def _as_count(value: float) -> str:
    return str(round(value))


_PARTS = (
    ("latency", "Latency expected of it", time_in_words),
    ("in_flight", "Requests under way through it", _as_count),
    ("waiting", "Time for its answer, behind those", time_in_words),
    ("success_chance", "Chance of success", share_in_words),
    ("failure_cost", "Time for the risk of a failed try", time_in_words),
)
"""Name in an attempt, label, form."""
