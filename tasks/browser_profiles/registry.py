"""The registry as tasks reach it: each call one transaction, on a thread."""

import platform
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import anyio.to_thread
from sqlalchemy.orm import Session

from config.clock import now
from config.settings import settings
from tasks.browser_profiles.repository import (
    describe_known,
    find_open_browser,
    get_browser_profile,
    set_lease,
)
from tasks.browser_profiles.schemas import KnownBrowserProfile, Lease, OpenBrowser
from tasks.database import transaction

Result = TypeVar("Result")


def worker_name() -> str:
    """Return the name of the machine whose agent we talk to."""
    return settings().browser_profiles.worker or platform.node()


async def in_transaction(
    work: Callable[..., Result], *args: Any, **options: Any
) -> Result:
    """
    Do one thing in a transaction, and be there when it has ended.

    A cancelled caller waits as well: what is written after the caller has gone could
    undo what the caller writes about its own end.
    """

    def do_it() -> Result:
        with transaction() as session:
            return work(session, *args, **options)

    return await anyio.to_thread.run_sync(do_it)


async def at_this_moment(
    work: Callable[..., Result], *args: Any, **options: Any
) -> Result:
    """Do one thing in a transaction that notes when it happened."""
    return await in_transaction(work, *args, **options, now=now())


async def look_up(
    browser_profile_id: UUID,
) -> tuple[KnownBrowserProfile, OpenBrowser | None]:
    """
    Return what is known of a browser profile, and its browser.

    Raises:
        BrowserProfileNotFoundError: There is none of this id.
    """
    return await in_transaction(_look_up, browser_profile_id)


async def renew_lease(browser_profile_id: UUID, lease: Lease) -> bool:
    """Say that a leased browser is still of use; False if it is not leased to them."""
    return await in_transaction(
        set_lease, browser_profile_id, holder=lease.holder, until=lease.until
    )


def _look_up(
    session: Session, browser_profile_id: UUID
) -> tuple[KnownBrowserProfile, OpenBrowser | None]:
    row = get_browser_profile(session, browser_profile_id)
    return describe_known(row), find_open_browser(session, browser_profile_id)
