"""Where a campaign's browsers come from: the source's profiles, leased from a pool."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from config.errors import InvalidError
from config.settings import settings
from tasks.browser_profiles.lease import Holder
from tasks.browser_profiles.pool import BrowserPool, PoolTerms
from tasks.browser_profiles.recycle import RecycleTerms
from tasks.browser_profiles.repository import find_known, list_known
from tasks.clients.browser_pages import BrowserPages, BrowserTerms, FailurePicture
from tasks.database import transaction
from tasks.public_profiles.acquire import find_fault, hosts_of
from tasks.public_profiles.schemas import BrowserPagesSource


def open_browser_pages(
    source: BrowserPagesSource,
    *,
    holder: Holder,
    pictures: list[FailurePicture] | None,
) -> BrowserPages:
    """
    Return the door to a source's hosts; browsers start when the first page is read.

    Raises:
        InvalidError: The source's browser profiles are gone.
    """
    section = settings().campaigns
    ids = find_browser_profiles(source)
    recycle = RecycleTerms(
        source.recycle_after_pages, timedelta(minutes=source.recycle_after_minutes)
    )
    pool = BrowserPool(ids, holder, PoolTerms(section.browser_lease, recycle))
    terms = BrowserTerms(
        limits=settings().public_profiles,
        hosts=hosts_of(source),
        at_once=min(source.browsers_at_once, len(ids)),
        find_fault=partial(find_fault, source=source),
        most_pictures=0 if pictures is None else section.failure_pictures,
        largest_picture=section.largest_failure_picture,
    )
    return BrowserPages(pool, terms, pictures=pictures)


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
