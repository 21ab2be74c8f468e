"""One portion of a campaign run: acquired, scored and stored in one transaction."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from config.clock import now
from config.errors import ApplicationError, InvalidError
from config.recipes.json_api import find_api_recipe
from config.settings import settings
from config.vocabulary import Stage
from flows.campaign_api import check_api_exit_held, open_json_api
from flows.campaign_browsers import open_browser_pages
from flows.campaign_exit import check_exit_held, find_exit_proxy
from flows.campaign_items import note_items
from flows.campaign_manners import (
    keep_marks,
    keep_pauses,
    recall_marks,
    recall_pauses,
)
from flows.campaign_proxies import check_proxies_there, open_proxied_pages
from flows.campaign_read_ahead import ReadAhead
from flows.campaign_reading import ReadPortion, Stopwatch, read_portion
from flows.campaign_table import TableReader
from tasks.browser_profiles.lease import Holder
from tasks.campaigns.pace import Pace
from tasks.campaigns.repository import add_failure_pictures
from tasks.campaigns.run_items import list_waiting_pages
from tasks.campaigns.runs import Standing, advance_run
from tasks.campaigns.schemas import PortionCounts, TakenRun
from tasks.clients.browser_pages import FailurePicture
from tasks.clients.page_door import PageDoor
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.events.outbox import record_events
from tasks.events.profile_types import (
    ProfilesAcquired,
    ProfilesQueued,
    ProfilesScored,
    ScoredProfile,
)
from tasks.events.types import Event
from tasks.public_profiles.acquire import (
    AcquiredPortion,
    acquire_from_listing,
    acquire_from_pages,
    hosts_of,
)
from tasks.public_profiles.acquire_api import ApiReading
from tasks.public_profiles.api_inputs import narrow_to
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.fates import count_fates
from tasks.public_profiles.forgotten import leave_out_forgotten
from tasks.public_profiles.ready import ReadyProfile
from tasks.public_profiles.repository import store_public_profiles
from tasks.public_profiles.schemas import (
    BrowserPagesSource,
    Exit,
    HtmlPagesSource,
    JsonApiSource,
    PagesSource,
    Source,
    TableSource,
)
from tasks.public_profiles.score import Scoring
from tasks.reviews.repository import queue_for_review
from tasks.statistics import count_anew, is_out_of_date

log = logging.getLogger(__name__)

AnySource = TableSource | HtmlPagesSource | BrowserPagesSource | JsonApiSource
type_of_source: TypeAdapter[AnySource] = TypeAdapter(Source)


class CampaignWork:
    """What one taker holds in memory while it works on a run; close it at the end."""

    def __init__(self, taken: TakenRun) -> None:
        self.taken = taken
        self.position = taken.position
        self.acquired = taken.acquired
        self.listed = taken.listed
        self.pace = Pace()
        self.source = _narrowed(type_of_source.validate_python(taken.source), taken)
        criteria, began_at = Criteria.model_validate(taken.criteria), now()
        self.scoring = Scoring(criteria, now=began_at)
        self.pictures: list[FailurePicture] = []
        self.pages = open_pages(
            self.source,
            holder=Holder(f"campaign run {taken.campaign_run_id}", taken.attempt),
            pictures=self.pictures,
            campaign_run_id=taken.campaign_run_id,
        )
        recall_pauses(self.pages, self.position)
        self.api: ApiReading | None = None
        self.earlier_tries: dict[str, int] = {}
        self.ahead = ReadAhead()
        self.table = (
            TableReader(self.source, criteria, at=began_at)
            if isinstance(self.source, TableSource)
            else None
        )

    def close(self) -> None:
        """Read no further, and close the connections to the source's hosts."""
        self.ahead.close()
        if self.table is not None:
            self.table.close()
        self.pages.close()
        if self.api is not None:
            self.api.close()


def _narrowed(source: AnySource, taken: TakenRun) -> AnySource:
    """Return the source of a run; a re-run asks for no more than what failed."""
    if taken.only_values is None or not isinstance(source, JsonApiSource):
        return source
    recipe = find_api_recipe(source.recipe)
    narrowed = narrow_to(source, recipe, taken.only_values)
    if narrowed is None:
        raise InvalidError(
            "what this run was to read again is not in its source any more; start the "
            "campaign to read its whole source"
        )
    return narrowed


def open_pages(
    source: AnySource,
    *,
    holder: Holder,
    pictures: list[FailurePicture] | None = None,
    campaign_run_id: UUID | None = None,
) -> PageDoor:
    """
    Return the door to a source's hosts; nothing is opened before it is needed.

    Args:
        source: As the campaign names it.
        holder: Who leases browsers, if it takes browsers.
        pictures: Is added to when a page cannot be read in a browser.
        campaign_run_id: The run that says which browser profiles it leaves out.
    """
    if isinstance(source, BrowserPagesSource):
        return open_browser_pages(
            source, holder=holder, pictures=pictures, campaign_run_id=campaign_run_id
        )
    limits = settings().public_profiles
    if not isinstance(source, HtmlPagesSource):
        return PublicPages(limits=limits, hosts=())
    if source.proxies is not None:
        return open_proxied_pages(source, source.proxies, limits=limits)
    wanted = exit_of(source)
    exit_proxy = find_exit_proxy(wanted) if wanted else None
    return PublicPages(limits=limits, hosts=hosts_of(source), exit_proxy=exit_proxy)


@dataclass(frozen=True, slots=True)
class PortionEnd:
    """How a portion ended: items read, and whether the run goes on."""

    items: int
    goes_on: bool
    is_last: bool


def work_portion(work: CampaignWork) -> PortionEnd:
    """
    Work on the next items of a run; all of it is stored, or none.

    Raises:
        SupersededError: Another taker has the run; nothing of this is stored.
        OutsideError: The source does not answer; everything before is stored.
    """
    read = work.ahead.take(work.position) or _read(work)
    _read_ahead(work, read)
    counts, standing = _store(work, read)
    work.pictures.clear()
    work.position = read.portion.position
    before = work.acquired
    work.acquired += counts.acquired
    work.listed += counts.listed
    if is_out_of_date(before=before, after=work.acquired):
        _count_anew()
    is_last = read.portion.ended or work.acquired >= work.taken.wanted
    return PortionEnd(
        items=read.items,
        goes_on=standing is Standing.GO_ON and not is_last,
        is_last=standing is Standing.GO_ON and is_last,
    )


def _count_anew() -> None:
    """Renew the planner's statistics; that they stay old fails no stored portion."""
    try:
        with transaction() as session:
            count_anew(session)
    except ApplicationError as problem:
        log.warning("the planner's statistics stay old: %s", problem.message)


def _read(work: CampaignWork) -> ReadPortion:
    if work.table is not None:
        return work.table.read(work.position, limit=_limit(work))
    return read_portion(lambda: acquire_portion(work), work.scoring)


def _limit(work: CampaignWork) -> int:
    return min(work.pace.limit, max(1, work.taken.wanted - work.acquired))


def _read_ahead(work: CampaignWork, read: ReadPortion) -> None:
    """Begin to read what follows a portion of a table that is about to be stored."""
    # As if all of the portion were new: never more than are wanted.
    wanted = work.taken.wanted - work.acquired - len(read.ready)
    limit = min(work.pace.limit, wanted)
    table, position = work.table, read.portion.position
    if table is not None and not read.portion.ended and limit > 0:
        work.ahead.begin(position, lambda: table.read(position, limit=limit))


def acquire_portion(work: CampaignWork) -> AcquiredPortion:
    """
    Read the next items of the run's source, never more than are still wanted.

    Raises:
        OutsideError: The source does not answer, or the exit it is asked by is away.
    """
    if isinstance(work.source, HtmlPagesSource) and work.source.proxies is not None:
        check_proxies_there(work.source.proxies)
    portion = _acquire(work)
    wanted = exit_of(work.source)
    if wanted is not None and isinstance(work.pages, PublicPages):
        check_exit_held(wanted, work.pages.exit_proxy)
    return portion


def side_by_side(source: AnySource) -> int:
    """Return how many items of a source are read at the same time."""
    if isinstance(source, BrowserPagesSource):
        return source.browsers_at_once
    if isinstance(source, HtmlPagesSource):
        return settings().public_profiles.pages_at_once
    return 1


def largest_portion(source: AnySource) -> int:
    """Return how many items of a source may be stored in one transaction."""
    section = settings().campaigns
    if isinstance(source, PagesSource):
        return section.largest_page_portion
    return section.largest_portion


def exit_of(source: AnySource) -> Exit | None:
    """Return where a source's requests are to leave, if it says so."""
    return source.exit if isinstance(source, HtmlPagesSource) else None


def _acquire(work: CampaignWork) -> AcquiredPortion:
    limit, source = _limit(work), work.source
    if isinstance(source, TableSource):
        raise TypeError("a table has a reader of its own")
    with transaction() as session:
        waiting = list_waiting_pages(session, work.taken.campaign_run_id, limit=limit)
    if isinstance(source, JsonApiSource):
        if work.api is None:
            work.api = open_json_api(source)
        read = work.api.acquire(position=work.position, limit=limit, waiting=waiting)
        check_api_exit_held(source, work.api)
        return read
    return keep_pauses(work.pages, _acquire_pages(work, source, waiting, limit=limit))


def _acquire_pages(
    work: CampaignWork, source: PagesSource, waiting: list[str], *, limit: int
) -> AcquiredPortion:
    if len(waiting) < limit and not work.position.get("listing_ended"):
        return acquire_from_listing(source, work.pages, position=work.position)
    recall_marks(source, work.pages, waiting, campaign_id=work.taken.campaign_id)
    return acquire_from_pages(
        source,
        work.pages,
        waiting,
        position=work.position,
        earlier_tries=work.earlier_tries,
    )


def _store(work: CampaignWork, read: ReadPortion) -> tuple[PortionCounts, Standing]:
    taken, portion, watch = work.taken, read.portion, Stopwatch(read.seconds)
    with transaction() as session:
        with watch.stage(Stage.ACQUISITION):
            allowed = leave_out_forgotten(session, read.ready)
            fresh = store_public_profiles(
                session,
                allowed,
                campaign_id=taken.campaign_id,
                campaign_run_id=taken.campaign_run_id,
                criteria_version=taken.criteria_version,
            )
            items = note_items(session, taken, read, most_listed=_room(work))
            keep_marks(session, work.source, portion, campaign_id=taken.campaign_id)
            _add_pictures(session, taken, work.pictures)
        with watch.stage(Stage.REVIEW):
            kept = [
                (public_profile_id, ready.score)
                for public_profile_id, ready in fresh
                if ready.reaches(taken.threshold)
            ]
            queue_for_review(session, kept, campaign_id=taken.campaign_id)
        with watch.stage(Stage.TRACKING):
            record_events(session, _events(taken, fresh))
        counts = PortionCounts(
            acquired=len(fresh),
            scored=len(fresh),
            queued=len(kept),
            rejected=len(fresh) - len(kept),
            unreadable=len(portion.unreadable),
            known=len(allowed) - len(fresh) + portion.unchanged,
            barred=len(read.ready) - len(allowed),
            found=items.found,
            listed=items.listed,
            fates=count_fates(
                portion, read=len(read.ready), allowed=len(allowed), fresh=len(fresh)
            ),
        )
        standing = advance_run(
            session,
            taken,
            counts,
            position=portion.position,
            stage_seconds=watch.seconds,
            now=now(),
        )
    return counts, standing


def _room(work: CampaignWork) -> int | None:
    """Return how many rows of a table may still be listed; None for all of a source."""
    if not isinstance(work.source, TableSource):
        return None
    return max(0, settings().campaigns.listed_rows - work.listed)


def _add_pictures(
    session: Any, taken: TakenRun, pictures: list[FailurePicture]
) -> None:
    values = [
        {
            "url": one.url,
            "reason": one.reason,
            "browser_profile_id": one.browser_profile_id,
            "content": one.png,
        }
        for one in pictures
    ]
    most = settings().campaigns.failure_pictures
    add_failure_pictures(session, taken.campaign_run_id, values, most=most)


def _events(taken: TakenRun, fresh: list[tuple[Any, ReadyProfile]]) -> Iterator[Event]:
    each = [
        ScoredProfile(one, f"@{told.handle}", told.score, told.reaches(taken.threshold))
        for one, told in fresh
    ]
    kept = [one for one in each if one.kept]
    if each:
        yield ProfilesAcquired(taken.campaign_id, each)
        yield ProfilesScored(taken.campaign_id, each)
    if kept:
        yield ProfilesQueued(taken.campaign_id, kept)
