"""Where a campaign's browsers come from: the source's profiles, leased from a pool."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from config.clock import now
from config.errors import ConflictError, InvalidError
from config.settings import settings
from tasks.browser_profiles.lease import Holder
from tasks.browser_profiles.pool import BrowserPool, PoolTerms
from tasks.browser_profiles.recycle import RecycleTerms
from tasks.browser_profiles.repository import find_known, list_known
from tasks.campaigns.repository import note_left_out
from tasks.clients.browser_pages import BrowserPages, BrowserTerms, FailurePicture
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.types import BrowserOmitted
from tasks.leak_tests.repository import find_objection
from tasks.proxies.pinned_turns import PinnedTurns
from tasks.public_profiles.acquire import find_fault, hosts_of
from tasks.public_profiles.schemas import BrowserPagesSource


class LeakTestDemandedError(ConflictError):
    """A campaign demands a passed leak test, and a browser profile has none."""

    code = "leak_test_demanded"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"browser profile {name} is set aside: {reason}",
            details={"browserProfile": name},
        )


def open_browser_pages(
    source: BrowserPagesSource,
    *,
    holder: Holder,
    pictures: list[FailurePicture] | None,
    campaign_run_id: UUID | None = None,
) -> BrowserPages:
    """
    Return the door to a source's hosts; browsers start when the first page is read.

    Args:
        source: As the campaign names it.
        holder: Who leases the browsers.
        pictures: Is added to when a page cannot be read.
        campaign_run_id: The run that says which browser profiles it leaves out.

    Raises:
        InvalidError: The source's browser profiles are gone.
    """
    section = settings().campaigns
    ids = find_browser_profiles(source)
    recycle = RecycleTerms(
        source.recycle_after_pages, timedelta(minutes=source.recycle_after_minutes)
    )
    demand = partial(find_objection_to, source=source, campaign_run_id=campaign_run_id)
    pool = BrowserPool(ids, holder, PoolTerms(section.browser_lease, recycle, demand))
    terms = BrowserTerms(
        limits=settings().public_profiles,
        hosts=hosts_of(source),
        at_once=min(source.browsers_at_once, len(ids)),
        find_fault=partial(find_fault, source=source),
        most_pictures=0 if pictures is None else section.failure_pictures,
        largest_picture=section.largest_failure_picture,
        turns=PinnedTurns(),
        loads_pictures=source.loads_pictures,
    )
    return BrowserPages(pool, terms, pictures=pictures)


def find_objection_to(
    browser_profile_id: UUID,
    *,
    source: BrowserPagesSource,
    campaign_run_id: UUID | None,
) -> LeakTestDemandedError | None:
    """
    Return why a browser profile must not be used now, None if it may be.

    The run says which it leaves out, from the moment until that is put right.
    """
    if source.leak_test is None:
        return None
    max_age = timedelta(minutes=source.leak_test.max_age_minutes)
    with transaction() as session:
        reason = find_objection(session, browser_profile_id, max_age=max_age, now=now())
        known = find_known(session, [browser_profile_id]).get(browser_profile_id)
        name = known.name if known else str(browser_profile_id)
        told = {"name": name, "reason": reason} if reason else None
        if campaign_run_id is None:
            campaign_id = None
        else:
            campaign_id = note_left_out(
                session, campaign_run_id, browser_profile_id, told
            )
        if campaign_id is not None and campaign_run_id is not None:
            left_out = BrowserOmitted(
                campaign_id, campaign_run_id, browser_profile_id, name, reason or ""
            )
            record_event(session, left_out)
    return LeakTestDemandedError(name, reason) if reason else None


def find_browser_profiles(source: BrowserPagesSource) -> list[UUID]:
    """
    Return the browser profiles of a source, in the order in which they are used.

    Raises:
        InvalidError: One that it names is unknown, or its folder is empty.
    """
    with transaction() as session:
        if source.browser_folder_id is not None:
            known = list_known(session)
            named = [
                one.browser_profile_id
                for one in sorted(known, key=lambda one: (one.name, str(one[0])))
                if one.folder_id == source.browser_folder_id
            ]
            if not named:
                raise InvalidError(
                    f"there is no browser profile in folder {source.browser_folder_id}",
                    field="source.browserFolderId",
                )
            return named
        found = find_known(session, source.browser_profile_ids)
    unknown = [str(one) for one in source.browser_profile_ids if one not in found]
    if unknown:
        raise InvalidError(
            f"there is no browser profile {', '.join(unknown)}",
            field="source.browserProfileIds",
        )
    return list(dict.fromkeys(source.browser_profile_ids))
