"""What crosses a boundary about campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import Field

from config.schema import Schema
from config.vocabulary import CampaignRunState, CampaignState, Fate


class Problem(Schema):
    """Why a run failed, for a person and for a program."""

    error: str
    message: str


class LeftOutBrowser(Schema):
    """A browser profile that a run does not use, and why."""

    browser_profile_id: UUID
    name: str
    reason: str


class CampaignRunAnswer(Schema):
    """One run of a campaign, as the API shows it."""

    id: UUID
    state: CampaignRunState
    acquired: int
    scored: int
    queued: int
    """At or above the threshold, before a reviewer."""

    rejected: int
    """Below the threshold."""

    unreadable: int
    """Rows or pages that could not be read; listed with their reasons."""

    known: int
    """Already acquired in this campaign before, and not stored again."""

    barred: int = 0
    """Asked to be forgotten, and were not taken in."""

    found: int = 0
    """Pages, rows or records that it met; see its report for what became of each."""

    fates: dict[str, int] = Field(default_factory=dict)
    """Fate -> how many came to it so far."""

    rerun_of: UUID | None = None
    """The run of whose failures this one reads only."""

    source_ended: bool
    """Whether it read its source to the end, with fewer than were wanted."""

    left_out: tuple[LeftOutBrowser, ...] = ()
    """Browser profiles set aside, since their leak test is not as demanded."""

    stages: dict[str, float]
    """Stage -> seconds of work."""

    attempt: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: Problem | None


class CampaignAnswer(Schema):
    """A campaign with its latest run, as the API shows it."""

    id: UUID
    name: str
    status: CampaignState
    source: dict[str, Any]
    criteria: dict[str, Any]
    threshold: int
    wanted: int
    review_rule: dict[str, int] = Field(default={"opinions": 1, "of": 1})
    """`opinions` equal ones decide, `of` reviewers are asked at most."""

    version: int
    created_at: datetime
    updated_at: datetime
    run: CampaignRunAnswer | None


class UnreadableAnswer(Schema):
    """A row or page that could not be read."""

    reference: str
    reason: str
    fate: Fate | None = None
    """What it counts as; null for a value left unknown in an item that was kept."""


class FateCount(Schema):
    """How many items of a run came to one fate."""

    fate: Fate
    items: int
    meaning: str
    """What that says to a person, and what they can do about it."""


class ReportedItem(Schema):
    """A page, row or record that was not acquired, and why."""

    reference: str
    """`line 17`, or the address of the page."""

    fate: Fate
    reason: str
    items: int
    """Records behind it; one, but for details that are asked for together."""


class RunReport(Schema):
    """What became of each item that a campaign run met."""

    campaign_id: UUID
    campaign_run_id: UUID
    state: CampaignRunState
    rerun_of: UUID | None
    unit: str
    """What is counted: `page`, `row` or `record`."""

    total: int
    """Items that the run met; what was never found, such as rows of a table after
    its end, is not among them."""

    counts: tuple[FateCount, ...]
    """Every fate; together they are the total."""

    unlisted: int
    """Not acquired, and counted only: more rows were wrong than are listed."""

    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    """From its start to its end, pauses included; null until then."""

    stages: dict[str, float]
    """Stage -> seconds of work."""

    to_rerun: int = 0
    """Items that a re-run of what failed would read."""

    no_rerun_because: str | None = None
    """Why there can be no re-run of what failed now."""


class FailurePictureAnswer(Schema):
    """What a browser showed when a page could not be read; the picture has its own."""

    id: UUID
    url: str
    reason: str
    browser_profile_id: UUID
    created_at: datetime
    size_bytes: int


class StoredTable(Schema):
    """A table that was uploaded."""

    table_id: UUID
    name: str
    size_bytes: int


class WaitingRun(NamedTuple):
    """A run that waits for a worker, and how often it has been taken up so far."""

    campaign_run_id: UUID
    attempt: int


class CancelledRun(NamedTuple):
    """A run that was ended from outside, and the flow run that may still work on it."""

    campaign_run_id: UUID
    flow_run_id: UUID | None


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A campaign run in the hands of one taker, with all it needs to go on."""

    campaign_run_id: UUID
    campaign_id: UUID
    attempt: int
    source: dict[str, Any]
    criteria: dict[str, Any]
    criteria_version: int
    threshold: int
    wanted: int
    position: dict[str, Any]
    acquired: int
    listed: int = 0
    """Rows of what could not be read that are written already."""

    only_values: tuple[str, ...] | None = None
    """Of a list of inputs, the only ones that are asked for; None for all."""


@dataclass(frozen=True, slots=True)
class PortionCounts:
    """What one portion adds to the counts of its run."""

    acquired: int = 0
    scored: int = 0
    queued: int = 0
    rejected: int = 0
    unreadable: int = 0
    known: int = 0
    barred: int = 0
    found: int = 0
    listed: int = 0
    fates: Mapping[Fate, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SilentCampaignRun:
    """An unfinished run that has not been heard of for too long."""

    campaign_run_id: UUID
    flow_run_id: UUID | None
    state: CampaignRunState
    heartbeat_at: datetime
    attempt: int
