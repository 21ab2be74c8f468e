"""What crosses a boundary about a campaign's schedule."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from annotated_types import Len
from pydantic import StrictBool

from config.schema import Schema

LONGEST_CRON = 100
LONGEST_TIMEZONE = 64
CronLine = Annotated[str, Len(1, LONGEST_CRON)]
TimezoneName = Annotated[str, Len(1, LONGEST_TIMEZONE)]


class CampaignScheduleRequest(Schema):
    """When a campaign is to run by itself."""

    cron: CronLine
    """Minute, hour, day of the month, month, day of the week: `30 6 * * 1-5`."""

    timezone: TimezoneName = "UTC"
    """The time zone that is meant, such as `Europe/Lisbon`."""

    is_on: StrictBool = True
    """Off, it is kept and nothing runs."""


class CampaignScheduleAnswer(Schema):
    """When a campaign runs by itself, and what came of the last time."""

    cron: str
    timezone: str
    is_on: bool
    next_times: tuple[datetime, ...]
    """The next times; none while it is off."""

    last_at: datetime | None
    """When it last came round."""

    last_run_id: UUID | None
    """The run that was begun then."""

    left_out: str | None
    """Why no run was begun then."""

    updated_at: datetime


class CampaignTimes(Schema):
    """When a cron line would come round next."""

    cron: str
    timezone: str
    next_times: tuple[datetime, ...]


class WantedSchedule(NamedTuple):
    """A schedule that is on, as the workflow engine is to have it."""

    campaign_id: UUID
    cron: str
    timezone: str
