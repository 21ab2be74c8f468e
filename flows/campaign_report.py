"""A run's report: what became of each item, for a person, a program and the log."""

import csv
import io
import logging
from collections.abc import Iterator, Sequence
from uuid import UUID

from config.errors import ApplicationError
from config.schema import Schema
from config.vocabulary import CampaignRunState, Fate
from flows.campaign_rerun import DEFAULT_FATES, find_failed
from tasks.campaigns.report import (
    MEANINGS,
    find_run,
    list_failures,
    make_report,
    say_in_one_line,
)
from tasks.campaigns.repository import get_campaign, get_run
from tasks.campaigns.schemas import ReportedItem, RunReport
from tasks.database import transaction
from tasks.reviews.export_lines import defuse

log = logging.getLogger(__name__)

EXPORTED_AT_ONCE = 1_000
COLUMNS = ("fate", "items", "reference", "reason")


class ReportAnswer(Schema):
    """A run's report, and one page of what was not acquired."""

    report: RunReport
    items: tuple[ReportedItem, ...]
    next: str | None
    """Goes into `after`; null at the end."""


def show_report(
    campaign_id: UUID,
    *,
    campaign_run_id: UUID | None,
    fate: Fate | None,
    after: str | None,
    limit: int,
) -> ReportAnswer:
    """
    Return the report of a run, of the latest if none is named.

    Raises:
        NotFoundError: There is no such campaign, or run of it.
        InvalidError: `after` is no place of the list.
    """
    with transaction() as session:
        campaign = get_campaign(session, campaign_id)
        run_id = find_run(session, campaign_id, campaign_run_id)
        report = make_report(session, run_id, kind=campaign.source["kind"])
        failed = find_failed(session, campaign, run_id, fates=DEFAULT_FATES)
        report = report.model_copy(
            update={"to_rerun": failed.items, "no_rerun_because": failed.objection}
        )
        items, following = list_failures(
            session, run_id, fate=fate, after=after, limit=limit
        )
    return ReportAnswer(report=report, items=items, next=following)


def report_file(campaign_id: UUID, campaign_run_id: UUID | None) -> Iterator[bytes]:
    """
    Return the pieces of a CSV of a run's report; its `items` add up to the total.

    Each item that was not acquired has a line of its own, the others one for each fate.
    Every piece is a transaction of its own: a slow reader holds none open.

    Raises:
        NotFoundError: There is no such campaign, or run of it.
    """
    with transaction() as session:
        campaign = get_campaign(session, campaign_id)
        run_id = find_run(session, campaign_id, campaign_run_id)
        report = make_report(session, run_id, kind=campaign.source["kind"])
    return _pieces(report, run_id)


def tell_end(campaign_run_id: UUID) -> None:
    """Write a run that has ended into the log, in one line with its numbers."""
    try:
        with transaction() as session:
            campaign_run = get_run(session, campaign_run_id)
            if not CampaignRunState(campaign_run.state).is_final:
                return
            campaign = get_campaign(session, campaign_run.campaign_id)
            kind = campaign.source["kind"]
            report = make_report(session, campaign_run_id, kind=kind)
    except ApplicationError as problem:
        log.warning("the end of a run could not be told: %s", problem.message)
        return
    log.info("campaign run %s %s", campaign_run_id, say_in_one_line(report))


def _pieces(report: RunReport, run_id: UUID) -> Iterator[bytes]:
    yield _csv_of([COLUMNS])
    is_over = report.state.is_final
    left = {one.fate: one.items for one in report.counts}
    after: str | None = None
    while True:
        with transaction() as session:
            items, after = list_failures(
                session, run_id, after=after, limit=EXPORTED_AT_ONCE
            )
        for one in items:
            left[one.fate] -= one.items
        yield _csv_of(
            (one.fate, str(one.items), defuse(one.reference), defuse(one.reason))
            for one in items
        )
        if after is None:
            break
    yield _csv_of(
        (fate, str(count), "", _said_of_rest(fate, is_over=is_over))
        for fate, count in left.items()
        if count > 0
    )


def _said_of_rest(fate: Fate, *, is_over: bool) -> str:
    if fate.is_listed and (is_over or fate is not Fate.NOT_REACHED):
        return "not listed singly: there are too many"
    return MEANINGS[fate]


def _csv_of(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
