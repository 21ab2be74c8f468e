"""
Lease a browser: start it for one holder, renew, and stop it when it has no more use.

A browser that a person opened has no lease, and is never taken from them. That of a
holder who was killed goes over to the next try of the same work at once, and to
anybody when the lease has ended; until then the sweep leaves it alone.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session
from typing_extensions import override

from config.clock import now
from config.errors import BusyError
from tasks.browser_profiles.registry import at_this_moment, in_transaction
from tasks.browser_profiles.repository import (
    find_running_browser,
    get_browser_profile,
)
from tasks.browser_profiles.schemas import Lease
from tasks.browser_profiles.start import start_browser
from tasks.browser_profiles.stop import stop_browser


class BrowserTakenError(BusyError):
    """Somebody else uses the browser."""

    code = "browser_taken"

    def __init__(self) -> None:
        super().__init__(
            "its browser is used by somebody else; stop it, or wait until they are done"
        )


class Holder(NamedTuple):
    """Who leases: a piece of work, and which try of it."""

    work: str
    attempt: int

    @override
    def __str__(self) -> str:
        """Return what stands in the registry."""
        return f"{self.work}#{self.attempt}"

    def comes_after(self, other: str) -> bool:
        """Whether `other` was an earlier try of the same work."""
        work, _, attempt = other.rpartition("#")
        return work == self.work and attempt.isdigit() and int(attempt) < self.attempt


class Leased(NamedTuple):
    """A browser in the hands of a holder."""

    selenium_url: str
    browser_type: str
    has_proxy: bool


class _Standing(NamedTuple):
    is_ours: bool
    is_free: bool


async def lease_browser(
    browser_profile_id: UUID, holder: Holder, *, lifetime: timedelta
) -> Leased:
    """
    Start a browser for one holder and return it.

    Raises:
        BrowserTakenError: Somebody else uses it.
        ApplicationError: It cannot be started, see `start_browser`.
    """
    standing = await at_this_moment(_look, browser_profile_id, holder)
    if not standing.is_ours and not standing.is_free:
        raise BrowserTakenError
    if not standing.is_free:
        # Whoever drove it before may do so still, and would move it under our hands.
        await stop_browser(browser_profile_id)
    lease = Lease(str(holder), now() + lifetime)
    answer = await start_browser(browser_profile_id, lease=lease)
    leased = await in_transaction(_describe, browser_profile_id, holder)
    if leased is None or answer.selenium_url is None:
        raise BrowserTakenError
    return leased


async def release_browser(browser_profile_id: UUID, holder: Holder) -> None:
    """Stop a browser if it is the holder's; safe to repeat."""
    if await in_transaction(_describe, browser_profile_id, holder) is not None:
        await stop_browser(browser_profile_id)


def may_take(
    leased_by: str | None,
    leased_until: datetime | None,
    *,
    holder: Holder,
    now: datetime,
) -> bool:
    """Return whether a browser that runs may be taken over by a holder."""
    if leased_by is None:
        return False
    is_over = leased_until is not None and leased_until <= now
    return is_over or leased_by == str(holder) or holder.comes_after(leased_by)


def _look(
    session: Session, browser_profile_id: UUID, holder: Holder, *, now: datetime
) -> _Standing:
    get_browser_profile(session, browser_profile_id)
    found = find_running_browser(session, browser_profile_id)
    if found is None:
        return _Standing(is_ours=False, is_free=True)
    is_ours = may_take(found.leased_by, found.leased_until, holder=holder, now=now)
    return _Standing(is_ours=is_ours, is_free=False)


def _describe(
    session: Session, browser_profile_id: UUID, holder: Holder
) -> Leased | None:
    """Return the browser if it runs and is the holder's."""
    row = get_browser_profile(session, browser_profile_id)
    found = find_running_browser(session, browser_profile_id)
    if found is None or found.leased_by != str(holder) or not found.selenium_url:
        return None
    return Leased(
        selenium_url=found.selenium_url,
        browser_type=row.browser_type,
        has_proxy=bool(row.parameters.get("proxy")),
    )
