"""What a person can do with a campaign; a run is dispatched after the commit."""

import logging
from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import StrictInt

from config.clock import now
from config.errors import ConflictError, OutsideError
from config.schema import Schema
from flows.campaign_api import check_json_api
from flows.campaign_browsers import find_browser_profiles
from flows.campaign_report import tell_end
from flows.campaign_rerun import RerunRequest, find_failed
from flows.criteria_check import check_extra_names
from flows.dispatch import cancel_flow_run, dispatch_campaign_run
from tasks.campaigns import life
from tasks.campaigns.repository import (
    add_campaign,
    describe_campaign,
    find_latest_run,
    get_campaign,
)
from tasks.campaigns.rescue import mark_dispatched
from tasks.campaigns.schemas import CampaignAnswer, WaitingRun
from tasks.campaigns.tables import get_table_size, open_table, table_lines
from tasks.database import transaction
from tasks.public_profiles.acquire import acquire_from_parquet, check_source
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.read_parquet import ParquetTable
from tasks.public_profiles.schemas import (
    BrowserPagesSource,
    JsonApiSource,
    Source,
    TableSource,
)
from tasks.reviews.schemas import ReviewRule

log = logging.getLogger(__name__)


class NothingToRerunError(ConflictError):
    """The last run of a campaign failed at nothing that another try may mend."""

    code = "nothing_to_rerun"


class CampaignRequest(Schema):
    """What a person asks for when creating a campaign."""

    name: Annotated[str, Len(1, 120)]
    source: Source
    criteria: Criteria = Criteria()
    threshold: Annotated[StrictInt, Ge(0), Le(100)] = 50
    """Public profiles that score this or more go to the review queue."""

    wanted: Annotated[StrictInt, Ge(1), Le(10_000_000)] = 1_000
    """The run ends when it has acquired so many new public profiles."""

    review_rule: ReviewRule = ReviewRule()
    """How many reviewers must agree about each."""


class CampaignChange(Schema):
    """What a person changes about a campaign; what is left out stays."""

    name: Annotated[str, Len(1, 120)] | None = None
    criteria: Criteria | None = None
    threshold: Annotated[StrictInt, Ge(0), Le(100)] | None = None
    wanted: Annotated[StrictInt, Ge(1), Le(10_000_000)] | None = None
    review_rule: ReviewRule | None = None
    version: Annotated[StrictInt, Ge(1)] | None = None
    """Version the person saw, if the header If-Match does not say it."""


def create_campaign(
    request: CampaignRequest, *, created_by: UUID | None
) -> CampaignAnswer:
    """
    Create a campaign in the state `draft`.

    Raises:
        InvalidError: Its source cannot be read: unknown recipe, missing column, no
            such browser profile.
        NotFoundError: Its table was never uploaded.
    """
    check_campaign_source(request.source)
    check_extra_names(request.criteria, request.source.model_dump())
    values = _stored(request.model_dump(mode="json", exclude_none=True))
    with transaction() as session:
        campaign = add_campaign(
            session, values | {"created_by": created_by, "updated_at": now()}
        )
        session.refresh(campaign)
        return describe_campaign(campaign, None)


def change_campaign(
    campaign_id: UUID, change: CampaignChange, *, seen: Collection[int] | None
) -> CampaignAnswer:
    """
    Change a campaign that is not at work.

    Args:
        campaign_id: The campaign.
        change: Its new values.
        seen: Versions the change is meant for; None for whichever it is.

    Raises:
        InvalidError: An expression names a field that nothing states.
        StaleError: Somebody else changed it meanwhile.
        CampaignStateError: It is active, or its run has not stopped yet.
    """
    said = change.model_dump(mode="json", exclude_none=True, exclude={"version"})
    values = _stored(said)
    with transaction() as session:
        if change.criteria is not None:
            source = get_campaign(session, campaign_id).source
            check_extra_names(change.criteria, source)
        life.change_campaign(session, campaign_id, values, seen=seen, now=now())
    return show_campaign(campaign_id)


def check_campaign_source(source: Source) -> None:
    """Refuse a source that cannot be read, before anything is made of it."""
    if isinstance(source, BrowserPagesSource):
        find_browser_profiles(source)
    if isinstance(source, JsonApiSource):
        check_json_api(source)
    elif isinstance(source, TableSource) and source.form == "parquet":
        table = ParquetTable(open_table(source.table_id))
        acquire_from_parquet(source, table, position={}, limit=1)
    elif isinstance(source, TableSource):
        get_table_size(source.table_id)
        check_source(source, lines=table_lines(source.table_id, offset=0))
    else:
        check_source(source, lines=iter(()))


def start_campaign(campaign_id: UUID) -> CampaignAnswer:
    """Start a campaign's next run."""
    with transaction() as session:
        waiting = life.start_campaign(session, campaign_id, now=now())
    hand_to_worker(waiting)
    return show_campaign(campaign_id)


def rerun_failed(campaign_id: UUID, asked: RerunRequest) -> CampaignAnswer:
    """
    Start a run that reads only what the campaign's last run failed at.

    Raises:
        CampaignStateError: The campaign has not ended.
        NothingToRerunError: Nothing failed in such a way, or it is a table's rows.
    """
    with transaction() as session:
        last_run_id = life.find_ended_run(session, campaign_id)
        campaign = get_campaign(session, campaign_id)
        failed = find_failed(session, campaign, last_run_id, fates=asked.fates)
        if failed.objection is not None:
            raise NothingToRerunError(failed.objection)
        waiting = life.rerun_failed(
            session,
            campaign_id,
            fates=asked.fates,
            only_values=failed.values,
            now=now(),
        )
    hand_to_worker(waiting)
    return show_campaign(campaign_id)


def pause_campaign(campaign_id: UUID) -> CampaignAnswer:
    """Stop a campaign after the portion under way; nothing it has is lost."""
    with transaction() as session:
        life.pause_campaign(session, campaign_id, now=now())
    return show_campaign(campaign_id)


def resume_campaign(campaign_id: UUID) -> CampaignAnswer:
    """Let a paused campaign go on from where it stopped."""
    with transaction() as session:
        waiting = life.resume_campaign(session, campaign_id, now=now())
    if waiting is not None:
        hand_to_worker(waiting)
    return show_campaign(campaign_id)


def complete_campaign(campaign_id: UUID) -> CampaignAnswer:
    """End a campaign for good; what it has acquired stays."""
    with transaction() as session:
        ended_run_id = life.complete_campaign(session, campaign_id, now=now())
    if ended_run_id is not None:
        tell_end(ended_run_id)
    return show_campaign(campaign_id)


def cancel_campaign(campaign_id: UUID) -> CampaignAnswer:
    """
    End a campaign at once, and the process of its run.

    What was stored stays, what is in hand is thrown away. If Prefect cannot be told,
    the run's process finds out at its next commit, which fails.
    """
    with transaction() as session:
        cancelled = life.cancel_campaign(session, campaign_id, now=now())
    if cancelled is not None:
        tell_end(cancelled.campaign_run_id)
        _stop_flow_run(cancelled.flow_run_id)
    return show_campaign(campaign_id)


def _stop_flow_run(flow_run_id: UUID | None) -> None:
    try:
        if flow_run_id is not None:
            cancel_flow_run(flow_run_id)
    except OutsideError as problem:
        log.warning("flow run %s was not told to stop: %s", flow_run_id, problem)


def run_pipeline(request: CampaignRequest, *, created_by: UUID | None) -> UUID:
    """Create a campaign and start it, in one step; return its id."""
    campaign = create_campaign(request, created_by=created_by)
    start_campaign(campaign.id)
    return campaign.id


def show_campaign(campaign_id: UUID) -> CampaignAnswer:
    """Return a campaign with its latest run."""
    with transaction() as session:
        campaign = get_campaign(session, campaign_id)
        return describe_campaign(campaign, find_latest_run(session, campaign_id))


def _stored(said: dict[str, Any]) -> dict[str, Any]:
    """Return what somebody said under the names of our columns."""
    rule = said.pop("reviewRule", None)
    return said if rule is None else said | {"review_rule": rule}


def hand_to_worker(waiting: WaitingRun) -> None:
    """Hand a run to the workers; if that fails the watchdog will, within seconds."""
    try:
        flow_run_id = dispatch_campaign_run(
            waiting.campaign_run_id, attempt=waiting.attempt
        )
        mark_dispatched(waiting.campaign_run_id, flow_run_id)
    except OutsideError as failure:
        log.warning(
            "campaign run %s waits for the workflow engine: %s",
            waiting.campaign_run_id,
            failure.message,
        )
