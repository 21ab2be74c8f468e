"""A look at a campaign's first public profiles, before anything is started."""

from asyncio import to_thread
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.schema import Schema
from flows.campaign_life import CampaignRequest, check_campaign_source
from flows.campaign_portion import open_pages
from flows.dispatch import run_attached
from tasks.browser_profiles.lease import Holder
from tasks.campaigns.tables import table_lines
from tasks.public_profiles.acquire import (
    AcquiredPortion,
    acquire_from_listing,
    acquire_from_pages,
    acquire_from_table,
)
from tasks.public_profiles.schemas import (
    AcquiredProfile,
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


async def preview_source(request: CampaignRequest) -> PreviewAnswer:
    """
    Read and score the first few public profiles of a source; nothing is stored.

    Raises:
        InvalidError: The source cannot be read as it is described.
        OutsideError: The source does not answer, or refuses.
    """
    answer = await run_attached(
        look_at_source,
        parameters={"request": request.model_dump(mode="json")},
        timeout=LONGEST_LOOK,
    )
    return PreviewAnswer.model_validate(answer)


@flow(name="source-preview")
async def look_at_source(request: dict[str, Any]) -> dict[str, Any]:
    """Read the first items of a source and score them."""
    wanted = CampaignRequest.model_validate(request)
    portion = await read_first_items(wanted)
    scored = [
        (one, score_public_profile(one, wanted.criteria)) for one in portion.profiles
    ]
    shown = PreviewAnswer(
        profiles=tuple(
            PreviewedProfile(
                profile=one, score=score, kept=score.score >= wanted.threshold
            )
            for one, score in scored
        ),
        unreadable=tuple(portion.unreadable),
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
    if isinstance(source, TableSource):
        lines = table_lines(source.table_id, offset=0)
        return acquire_from_table(source, lines, position={}, limit=PROFILES_SHOWN)
    holder = Holder(f"preview {uuid4()}", 1)
    with closing(open_pages(source, holder=holder)) as pages:
        listing = acquire_from_listing(source, pages, position={})
        first_urls = listing.found_urls[:PROFILES_SHOWN]
        return acquire_from_pages(
            source, pages, first_urls, position={}, earlier_tries={}
        )
