"""What became of each item that a campaign run met; its numbers add up."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import InvalidError, NotFoundError
from config.vocabulary import CampaignRunState, Fate, Stage
from tasks.campaigns.repository import find_latest_run, get_run
from tasks.campaigns.run_items import (
    ListedItem,
    count_listed,
    count_waiting_items,
    list_not_acquired,
)
from tasks.campaigns.schemas import FateCount, ReportedItem, RunReport

MEANINGS: Mapping[Fate, str] = MappingProxyType(
    {
        Fate.ACQUIRED: "New to this campaign: stored and scored.",
        Fate.DUPLICATE: "Known already from another page, row or run of this campaign.",
        Fate.UNCHANGED: "The host says that nothing has changed since the last run.",
        Fate.BARRED: "The person asked to be forgotten, so it is not listed.",
        Fate.EXCLUDED: "Left out by a rule; change the source or the limit it names.",
        Fate.GONE: "The host says that it is not there (404 or 410).",
        Fate.NO_PROFILE: "No public profile in it: check the recipe, or the file.",
        Fate.BLOCKED: "The host refuses us: go slower, or by another exit, and re-run.",
        Fate.RATE_LIMITED: "The host wants more patience than a run has: re-run later.",
        Fate.LOST: "Given up after all tries: re-run when the host is well again.",
        Fate.NOT_REACHED: "Found, and has not had its turn.",
    }
)
"""Fate -> what it says to a person, and what they can do about it."""

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "table": "row",
        "json_api": "record",
        "html_pages": "page",
        "browser_pages": "page",
    }
)
"""Kind of source -> what is counted."""


def tell_counts(fates: Mapping[str, int], *, waiting: int) -> tuple[FateCount, ...]:
    """Return every fate with its count, in the order of the work; they add up."""
    counts = {Fate(word): count for word, count in fates.items()}
    counts[Fate.NOT_REACHED] = waiting
    return tuple(
        FateCount(fate=one, items=counts.get(one, 0), meaning=MEANINGS[one])
        for one in Fate
    )


def find_run(session: Session, campaign_id: UUID, campaign_run_id: UUID | None) -> UUID:
    """
    Return the run that a report is about: the one named, or the latest.

    Raises:
        NotFoundError: The campaign has no such run, or has not run yet.
    """
    if campaign_run_id is None:
        latest = find_latest_run(session, campaign_id)
        if latest is None:
            raise NotFoundError("this campaign has not run yet, so there is no report")
        return latest.id
    if get_run(session, campaign_run_id).campaign_id != campaign_id:
        raise NotFoundError(f"this campaign has no run {campaign_run_id}")
    return campaign_run_id


def make_report(session: Session, campaign_run_id: UUID, *, kind: str) -> RunReport:
    """
    Return a run's report, without the list of what was not acquired.

    Args:
        session: The caller's transaction.
        campaign_run_id: The run.
        kind: Of the campaign's source.
    """
    run = get_run(session, campaign_run_id)
    counts = tell_counts(
        run.fates, waiting=count_waiting_items(session, campaign_run_id)
    )
    listed = count_listed(session, campaign_run_id)
    unlisted = sum(
        max(0, one.items - listed.get(one.fate, 0))
        for one in counts
        if one.fate.is_listed and one.fate is not Fate.NOT_REACHED
    )
    seconds = None
    if run.started_at is not None and run.ended_at is not None:
        seconds = (run.ended_at - run.started_at).total_seconds()
    return RunReport(
        campaign_id=run.campaign_id,
        campaign_run_id=run.id,
        state=CampaignRunState(run.state),
        rerun_of=run.rerun_of,
        unit=UNITS[kind],
        total=run.found,
        counts=counts,
        unlisted=unlisted,
        started_at=run.started_at,
        ended_at=run.ended_at,
        seconds=seconds,
        stages={
            stage: run.stage_seconds[stage]
            for stage in Stage
            if stage in run.stage_seconds
        },
    )


def list_failures(
    session: Session,
    campaign_run_id: UUID,
    *,
    fate: Fate | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[tuple[ReportedItem, ...], str | None]:
    """
    Return what a run did not acquire, and the place after which the list goes on.

    Args:
        session: The caller's transaction.
        campaign_run_id: The run.
        fate: Only what came to this.
        after: Place where the page before ended.
        limit: Most to return.

    Raises:
        InvalidError: `after` is no place of this list.
    """
    run = get_run(session, campaign_run_id)
    rows = list_not_acquired(
        session,
        campaign_run_id,
        fate=fate,
        after=_read_place(after),
        limit=limit,
        with_waiting=CampaignRunState(run.state).is_final,
    )
    items = tuple(_shown(one) for one in rows)
    return items, rows[-1].place if len(rows) == limit else None


def say_in_one_line(report: RunReport) -> str:
    """Return a report as one line: `completed: 5,000 pages = 4,981 acquired + ...`."""
    parts = [
        f"{one.items:,} {one.fate.replace('_', ' ')}"
        for one in report.counts
        if one.items
    ]
    plural = "" if report.total == 1 else "s"
    lasted = "" if report.seconds is None else f", in {report.seconds:.1f} s"
    added = " + ".join(parts) or "0"
    return f"{report.state}: {report.total:,} {report.unit}{plural} = {added}{lasted}"


def _shown(one: ListedItem) -> ReportedItem:
    return ReportedItem(
        reference=one.reference, fate=one.fate, reason=one.reason, items=one.items
    )


def _read_place(after: str | None) -> tuple[int, int]:
    if after is None:
        return 0, 0
    which, _, number = after.partition("-")
    is_place = which in {"0", "1"} and number.isascii() and number.isdigit()
    if not is_place or int(number) >= 2**63:
        raise InvalidError(
            "not a place in this list; take `next` of the page before", field="after"
        )
    return int(which), int(number)
