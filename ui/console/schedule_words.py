"""Pure: how often a campaign runs, as a person chooses it and as a cron line."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOURLY, DAILY, WEEKLY, OWN = "hourly", "daily", "weekly", "own"
HOW_OFTEN: Mapping[str, str] = {
    HOURLY: "Every hour",
    DAILY: "Every day",
    WEEKLY: "Every week",
    OWN: "Own cron line",
}
WEEKDAYS: Mapping[str, str] = {
    "1": "Monday",
    "2": "Tuesday",
    "3": "Wednesday",
    "4": "Thursday",
    "5": "Friday",
    "6": "Saturday",
    "0": "Sunday",
}
_SIMPLE = re.compile(r"(\d{1,2}) (\*|\d{1,2}) \* \* (\*|[0-6])")


class Rhythm(NamedTuple):
    """How often, as a person chooses it."""

    kind: str = DAILY
    at: time = time(6, 0)
    """Of an hourly one, the minute."""

    weekday: str = "1"
    line: str = ""
    """The person's own cron line."""


def cron_of(rhythm: Rhythm) -> str:
    """Return the cron line that says the same."""
    minute, hour = rhythm.at.minute, rhythm.at.hour
    match rhythm.kind:
        case "hourly":
            return f"{minute} * * * *"
        case "daily":
            return f"{minute} {hour} * * *"
        case "weekly":
            return f"{minute} {hour} * * {rhythm.weekday}"
    return rhythm.line


def rhythm_of(cron: str) -> Rhythm:
    """Return how a person would have chosen a cron line."""
    own = Rhythm(OWN, line=cron)
    simple = _SIMPLE.fullmatch(cron)
    if simple is None:
        return own
    minute, hour, weekday = simple.groups()
    if hour == "*":
        at = time(0, int(minute))
        return own if weekday != "*" else Rhythm(HOURLY, at, line=cron)
    at = time(int(hour), int(minute))
    if weekday == "*":
        return Rhythm(DAILY, at, line=cron)
    return Rhythm(WEEKLY, at, weekday, line=cron)


def local_time_in_words(moment: datetime, timezone: str) -> str:
    """Return `Mon 2 Nov 2026, 09:05 WET`, by the clocks of a time zone."""
    local = moment.astimezone(ZoneInfo(timezone))
    return local.strftime("%a %-d %b %Y, %H:%M %Z")
