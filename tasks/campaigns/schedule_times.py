"""Pure: when a cron line comes round, by Prefect's own reckoning, so both agree."""

import re
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from zoneinfo import available_timezones

from prefect.server.schemas.schedules import CronSchedule

from config.errors import InvalidError
from tasks.campaigns.schedule_schemas import LONGEST_CRON

TIMES_SHOWN = 5
_FIELDS = 5
_CANDIDATES = 1_000
_WRITTEN = re.compile(r"[0-9A-Za-z*/,#?\- ]+")
_OF_THIS_MACHINE = frozenset(("localtime", "Factory"))
"""Names of a time zone that say nothing elsewhere."""


class CronError(InvalidError):
    """It is no cron line, or none that ever comes round."""


class TimezoneError(InvalidError):
    """It is not the name of a time zone."""


def read_cron(text: str) -> str:
    """
    Return a cron line with single spaces.

    Raises:
        CronError: It has not five fields, one is out of range, or it never comes round.
    """
    cron = " ".join(text.split())
    fields = cron.split(" ")
    if len(fields) != _FIELDS:
        raise CronError(
            "a cron line has five fields: minute, hour, day of the month, month and "
            f"day of the week; this one has {len(fields) if cron else 'none'}",
            field="cron",
        )
    if len(cron) > LONGEST_CRON or not _WRITTEN.fullmatch(cron):
        raise _unreadable(cron)
    next_times(cron, "UTC", after=datetime(2000, 1, 1, tzinfo=UTC), count=1)
    return cron


def read_timezone(text: str) -> str:
    """
    Return the name of a time zone.

    Raises:
        TimezoneError: There is none of this name.
    """
    name = text.strip()
    if name not in _known_timezones():
        raise TimezoneError(
            "there is no time zone of this name; write one such as Europe/Lisbon or "
            "UTC",
            field="timezone",
        )
    return name


def next_times(
    cron: str, timezone: str, *, after: datetime, count: int = TIMES_SHOWN
) -> tuple[datetime, ...]:
    """
    Return the next times of a cron line, in UTC, all later than `after`.

    A time that the clock leaps over in spring comes an hour off; one that comes twice
    in autumn counts once.

    Raises:
        CronError: It cannot be read, or never comes round.
    """
    try:
        schedule = CronSchedule(cron=cron, timezone=timezone)
        times = schedule._get_dates_generator(n=_CANDIDATES, start=after)  # noqa: SLF001 - what Prefect's scheduler asks as well; `get_dates` is this in a coroutine
        found = (datetime.fromtimestamp(one.timestamp(), UTC) for one in times)
        # In the night when the clock leaps, Prefect begins with times that are over.
        return tuple(islice((one for one in found if one > after), count))
    except ValueError as wrong:
        if "next date" in str(wrong):
            raise CronError(
                f"no day is like this: {cron} never comes round", field="cron"
            ) from wrong
        raise _unreadable(cron) from wrong


def _unreadable(cron: str) -> CronError:
    return CronError(
        f"this is no cron line: {cron[:LONGEST_CRON]}; write for instance 30 6 * * 1-5 "
        "for half past six from Monday to Friday",
        field="cron",
    )


@cache
def _known_timezones() -> frozenset[str]:
    return frozenset(available_timezones()) - _OF_THIS_MACHINE
