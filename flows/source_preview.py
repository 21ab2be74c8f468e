"""A look at a campaign's first public profiles, before anything is started."""

from asyncio import to_thread
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.clock import now
from config.errors import BusyError
from config.schema import Schema
from flows.campaign_api import check_api_exit_held, open_json_api
from flows.campaign_life import CampaignRequest, check_campaign_source
from flows.campaign_portion import open_pages
from flows.criteria_check import check_extra_names
from flows.dispatch import run_attached
from tasks.browser_profiles.lease import Holder
from tasks.campaigns.tables import open_table, table_lines
from tasks.public_profiles.acquire import (
    AcquiredPortion,
    acquire_from_listing,
    acquire_from_pages,
    acquire_from_parquet,
    acquire_from_table,
)
from tasks.public_profiles.acquire_api import ApiReading
from tasks.public_profiles.read_parquet import ParquetTable
from tasks.public_profiles.schemas import (
    AcquiredProfile,
    JsonApiSource,
    Score,
    Source,
    TableSource,
    Unreadable,
)
from tasks.public_profiles.score import score_public_profile
from tasks.retries import only_if_retryable

PROFILES_SHOWN = 5
LONGEST_LOOK = timedelta(seconds=60)


class PreviewedProfile(Schema):
    """A public profile as a run would store it, with the score it would get."""

    profile: AcquiredProfile
    score: Score
    kept: bool


class PreviewAnswer(Schema):
    """The first few public profiles of a source, and what could not be read."""

    profiles: tuple[PreviewedProfile, ...]
    unreadable: tuple[Unreadable, ...]
    unclear: tuple[Unreadable, ...] = ()
    """Values that could not be read in public profiles that are shown."""


async def preview_source(request: CampaignRequest) -> PreviewAnswer:
    """
    Read and score the first few public profiles of a source; nothing is stored.

    Raises:
        InvalidError: The source cannot be read as it is described.
        OutsideError: The source does not answer, or refuses.
    """
    check_extra_names(request.criteria, request.source.model_dump())
    # Prefect takes no parameters over half a megabyte, so this list stays here.
    without_list = request.model_dump(
        mode="json", exclude={"criteria": {"excluded_handles"}}
    )
    answer = await run_attached(
        look_at_source, parameters={"request": without_list}, timeout=LONGEST_LOOK
    )
    shown = PreviewAnswer.model_validate(answer)
    return shown.model_copy(
        update={
            "profiles": tuple(_judge(one.profile, request) for one in shown.profiles)
        }
    )


def _judge(
    public_profile: AcquiredProfile, wanted: CampaignRequest
) -> PreviewedProfile:
    score = score_public_profile(public_profile, wanted.criteria, now=now())
    return PreviewedProfile(
        profile=public_profile, score=score, kept=score.reaches(wanted.threshold)
    )


@flow(name="source-preview")
async def look_at_source(request: dict[str, Any]) -> dict[str, Any]:
    """Read the first items of a source and score them."""
    wanted = CampaignRequest.model_validate(request)
    portion = await read_first_items(wanted)
    shown = PreviewAnswer(
        profiles=tuple(_judge(one, wanted) for one in portion.profiles),
        unreadable=tuple(portion.unreadable),
        unclear=tuple(portion.unclear),
    )
    return shown.model_dump(mode="json")


@task(
    name="read-first-items",
    retries=1,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def read_first_items(wanted: CampaignRequest) -> AcquiredPortion:
    """Read the first few rows of a table, or pages of a listing."""
    return await to_thread(_read_first_items, wanted.source)


def _read_first_items(source: Source) -> AcquiredPortion:
    check_campaign_source(source)
    if isinstance(source, TableSource) and source.form == "parquet":
        table = ParquetTable(open_table(source.table_id))
        return acquire_from_parquet(source, table, position={}, limit=PROFILES_SHOWN)
    if isinstance(source, TableSource):
        lines = table_lines(source.table_id, offset=0)
        return acquire_from_table(source, lines, position={}, limit=PROFILES_SHOWN)
    if isinstance(source, JsonApiSource):
        with closing(open_json_api(source)) as reading:
            shown = _look_at_api(reading)
            check_api_exit_held(source, reading)
            return shown
    holder = Holder(f"preview {uuid4()}", 1)
    with closing(open_pages(source, holder=holder)) as pages:
        listing = acquire_from_listing(source, pages, position={})
        first_urls = listing.found_urls[:PROFILES_SHOWN]
        return acquire_from_pages(
            source, pages, first_urls, position={}, earlier_tries={}
        )


def _look_at_api(reading: ApiReading) -> AcquiredPortion:
    """Read the first records of one page, and their details if they are wanted."""
    first = reading.acquire(position={}, limit=PROFILES_SHOWN, one_page=True)
    asked_until = first.position.get("wait_until")
    has_any = first.profiles or first.unreadable or first.found_urls
    if asked_until and not has_any:
        raise BusyError(
            f"the service wants no request before {asked_until}; look again then"
        )
    if not first.found_urls:
        return first
    ended = {**first.position, "listing_ended": True}
    return reading.acquire(
        position=ended, limit=PROFILES_SHOWN, waiting=first.found_urls
    )
