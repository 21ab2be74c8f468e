"""A few leased browsers for one piece of work, taken in turn and recycled."""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Lock, Semaphore
from typing import NamedTuple, TypeVar
from uuid import UUID

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import ApplicationError, BusyError
from tasks.browser_profiles.lease import (
    Holder,
    Leased,
    lease_browser,
    release_browser,
)
from tasks.browser_profiles.recycle import RecycleTerms, must_recycle
from tasks.browser_profiles.registry import renew_lease
from tasks.browser_profiles.schemas import Lease
from tasks.clients.browser_pages import LeasedBrowser

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_RENEWALS = 3
"""How often a lease is renewed within its lifetime: two may fail."""

_STARTS_AT_ONCE = 2
"""More starts at the same time only make each other slow (facts/cloak.md 4.4)."""


class NoBrowserFreeError(BusyError):
    """Every browser profile of the source is in use."""

    code = "no_browser_free"

    def __init__(self, why: str) -> None:
        super().__init__(f"none of the source's browser profiles can be used: {why}")


def object_to_none(_browser_profile_id: UUID) -> ApplicationError | None:
    """Return that nothing speaks against a browser profile."""
    return None


class PoolTerms(NamedTuple):
    """How long leases hold, when browsers are recycled, and which are left out."""

    lease_lifetime: timedelta
    recycle: RecycleTerms
    find_objection: Callable[[UUID], ApplicationError | None] = object_to_none
    """Asked each time before a browser is started."""


class BrowserPool:
    """
    Browsers for one piece of work; to be closed at its end.

    Called by any thread. Starts and stops run in an event loop of its own, which also
    renews the leases as long as the process lives.
    """

    def __init__(
        self, browser_profile_ids: Sequence[UUID], holder: Holder, terms: PoolTerms
    ) -> None:
        self._idle = deque(dict.fromkeys(browser_profile_ids))
        self._holder, self._terms = holder, terms
        self._opened: dict[UUID, datetime] = {}
        self._lock, self._starts = Lock(), Semaphore(_STARTS_AT_ONCE)
        self._loop = ExitStack()
        self._portal: BlockingPortal | None = None

    def lease(self) -> LeasedBrowser:
        """
        Start the browser that has rested longest, or the next that can be started.

        Raises:
            NoBrowserFreeError: All are in use, here or by others.
            ApplicationError: There is an objection to each of the others.
            ApplicationError: One could not be started, and none of the others either.
        """
        failure: ApplicationError = NoBrowserFreeError("all of them are in use already")
        has_tried = False
        for _ in range(len(self._idle)):
            browser_profile_id = self._take()
            if browser_profile_id is None:
                break
            objection = self._terms.find_objection(browser_profile_id)
            if objection is not None:
                self._idle.append(browser_profile_id)
                # A start that failed may well work the next time, so it is told first.
                failure = failure if has_tried else objection
                continue
            has_tried = True
            try:
                with self._starts:
                    leased = self._call(self._lease, browser_profile_id)
            except BaseException as problem:
                self._idle.append(browser_profile_id)
                if not isinstance(problem, ApplicationError):
                    raise
                log.info("browser %s: %s", browser_profile_id, problem.message)
                failure = problem
                continue
            self._opened[browser_profile_id] = now()
            return LeasedBrowser(
                browser_profile_id=browser_profile_id,
                selenium_url=leased.selenium_url,
                browser_type=leased.browser_type,
                resolves_here=not leased.has_proxy,
            )
        raise failure

    def is_worn(self, leased: LeasedBrowser, *, pages: int) -> bool:
        """Return whether a browser is to be given back for another."""
        opened_at = self._opened.get(leased.browser_profile_id)
        return opened_at is not None and must_recycle(
            self._terms.recycle, pages=pages, opened_at=opened_at, now=now()
        )

    def release(self, leased: LeasedBrowser) -> None:
        """
        Stop a browser and put its browser profile last in turn.

        Raises:
            ApplicationError: It did not stop; the sweep does so when the lease ends.
        """
        browser_profile_id = leased.browser_profile_id
        if self._opened.pop(browser_profile_id, None) is None:
            return
        try:
            self._call(release_browser, browser_profile_id, self._holder)
        finally:
            self._idle.append(browser_profile_id)

    def close(self) -> None:
        """Stop all browsers that are left, and the event loop; safe to repeat."""
        for browser_profile_id in tuple(self._opened):
            self._opened.pop(browser_profile_id, None)
            try:
                self._call(release_browser, browser_profile_id, self._holder)
            except ApplicationError as problem:
                log.warning("browser %s: %s", browser_profile_id, problem.message)
        with self._lock:
            portal, self._portal = self._portal, None
        if portal is not None:
            portal.call(close_async_redis_client)
        self._loop.close()

    async def _lease(self, browser_profile_id: UUID) -> Leased:
        lifetime = self._terms.lease_lifetime
        return await lease_browser(browser_profile_id, self._holder, lifetime=lifetime)

    async def _renew_until_cancelled(self) -> None:
        lifetime = self._terms.lease_lifetime
        while True:
            await anyio.sleep(lifetime.total_seconds() / _RENEWALS)
            for browser_profile_id in tuple(self._opened):
                lease = Lease(str(self._holder), now() + lifetime)
                try:
                    await renew_lease(browser_profile_id, lease)
                except ApplicationError as problem:
                    log.warning("a lease was not renewed: %s", problem.message)

    def _take(self) -> UUID | None:
        try:
            return self._idle.popleft()
        except IndexError:
            return None

    def _call(self, work: Callable[..., Awaitable[Result]], *args: object) -> Result:
        with self._lock:
            if self._portal is None:
                self._portal = self._loop.enter_context(start_blocking_portal())
                renewing = self._portal.start_task_soon(self._renew_until_cancelled)
                self._loop.callback(renewing.cancel)
            portal = self._portal
        return portal.call(work, *args)
