"""A browser's life: starting, running, stopping, gone; each step told of."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ApplicationError, ConflictError
from config.vocabulary import BrowserState
from tasks.browser_profiles.repository import (
    add_running_browser,
    count_open_browsers,
    delete_running_browser,
    find_open_browser,
    find_running_browser,
    lock_own_browser_profile,
)
from tasks.browser_profiles.schemas import (
    Lease,
    OpenBrowser,
    Reason,
    StartOrder,
    UnsupportedFlag,
)
from tasks.events.outbox import record_event
from tasks.events.types import (
    BrowserAdopted,
    BrowserCrashed,
    BrowserReclaimed,
    BrowserStarted,
    BrowserStartFailed,
    BrowserStartRequested,
    BrowserStopped,
    BrowserStopRequested,
)

INTERRUPTED = Reason(
    error="start_interrupted",
    message="the start was broken off before the browser answered; start it again",
)
DEFECT = Reason(
    error="internal_error", message="something went wrong on our side; see the log"
)


class TooManyBrowsersError(ConflictError):
    """As many browsers run as are allowed."""

    code = "browser_limit_reached"

    def __init__(self, of: str, limit: int) -> None:
        where = "on this machine" if of == "worker" else "in all"
        super().__init__(
            f"{limit} browsers run {where}, which is the limit; stop one first",
            details={"of": of, "limit": limit},
        )


class BrowserLimits(NamedTuple):
    """How many browsers at once."""

    per_worker: int
    in_all: int


class StartWish(NamedTuple):
    """How a browser is to be started, where, and for whom."""

    worker: str
    headless: bool
    limits: BrowserLimits
    lease: Lease | None = None


class Whereabouts(NamedTuple):
    """Where a browser answers."""

    port: int
    selenium_url: str
    worker: str
    unsupported: tuple[UnsupportedFlag, ...] = ()


def check_limits(counts: dict[str, int], *, worker: str, limits: BrowserLimits) -> None:
    """
    Return if one more browser may run.

    Raises:
        TooManyBrowsersError: As many run as are allowed, here or in all.
    """
    if counts.get(worker, 0) >= limits.per_worker:
        raise TooManyBrowsersError("worker", limits.per_worker)
    if sum(counts.values()) >= limits.in_all:
        raise TooManyBrowsersError("all", limits.in_all)


def begin_start(
    session: Session,
    browser_profile_id: UUID,
    wish: StartWish,
    *,
    fence: int,
    now: datetime,
) -> StartOrder:
    """
    Take a place in the registry for a browser that is about to be started.

    Raises:
        OvertakenError: Somebody else holds the lock by now.
        TooManyBrowsersError: As many run as are allowed.
    """
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    counts = count_open_browsers(session, besides=browser_profile_id)
    check_limits(counts, worker=wish.worker, limits=wish.limits)
    values = _registry_values(
        browser_profile_id, fence=fence, worker=wish.worker, now=now
    )
    values["headless"] = wish.headless
    if wish.lease is not None:
        values["leased_by"], values["leased_until"] = wish.lease
    add_running_browser(session, values)
    _turn(row, BrowserState.STARTING, now=now)
    told = BrowserStartRequested(None, browser_profile_id, row.name, wish.worker)
    record_event(session, told)
    return StartOrder(browser_profile_id, row.folder_id, wish.headless, fence)


def note_started(
    session: Session,
    browser_profile_id: UUID,
    where: Whereabouts,
    *,
    fence: int,
    now: datetime,
) -> OpenBrowser:
    """
    Write down where a started browser answers.

    Raises:
        OvertakenError: Somebody else holds the lock by now.
    """
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    _note_where(session, browser_profile_id, where, fence=fence, now=now)
    _turn(row, BrowserState.RUNNING, now=now)
    row.last_started_at = now
    record_event(
        session, BrowserStarted(None, browser_profile_id, row.name, where.worker)
    )
    return _get_open(session, browser_profile_id)


def note_start_failed(
    session: Session,
    browser_profile_id: UUID,
    reason: Reason,
    *,
    fence: int,
    now: datetime,
) -> None:
    """Give the place in the registry back, and keep why no browser came of it."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    delete_running_browser(session, browser_profile_id)
    _turn(row, BrowserState.FAILED, now=now, reason=reason)
    told = BrowserStartFailed(
        None, browser_profile_id, row.name, reason.error, reason.message
    )
    record_event(session, told)


def begin_stop(
    session: Session, browser_profile_id: UUID, *, fence: int, now: datetime
) -> OpenBrowser | None:
    """Note that a browser is about to be stopped; None if there is none."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    if find_running_browser(session, browser_profile_id) is None:
        return None
    if row.state != BrowserState.STOPPING:
        _turn(row, BrowserState.STOPPING, now=now)
        told = BrowserStopRequested(None, browser_profile_id, row.name)
        record_event(session, told)
    return _get_open(session, browser_profile_id)


def note_stopped(
    session: Session, browser_profile_id: UUID, *, fence: int, now: datetime
) -> None:
    """Note that a browser was stopped, as was wished."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    delete_running_browser(session, browser_profile_id)
    _turn(row, BrowserState.STOPPED, now=now)
    record_event(session, BrowserStopped(None, browser_profile_id, row.name))


def note_gone(
    session: Session,
    browser_profile_id: UUID,
    reason: Reason,
    *,
    fence: int,
    now: datetime,
) -> None:
    """Note that a browser is gone: stopped, not come up, or crashed, by its state."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    if row.state == BrowserState.STOPPING:
        note_stopped(session, browser_profile_id, fence=fence, now=now)
    elif row.state == BrowserState.STARTING:
        note_start_failed(session, browser_profile_id, reason, fence=fence, now=now)
    else:
        delete_running_browser(session, browser_profile_id)
        _turn(row, BrowserState.CRASHED, now=now, reason=reason)
        told = BrowserCrashed(
            None, browser_profile_id, row.name, reason.error, reason.message
        )
        record_event(session, told)


def note_swept(
    session: Session,
    browser_profile_id: UUID,
    reason: Reason,
    *,
    fence: int,
    now: datetime,
) -> None:
    """Note that a browser nobody has a use for was stopped."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    delete_running_browser(session, browser_profile_id)
    _turn(row, BrowserState.STOPPED, now=now)
    told = BrowserReclaimed(None, browser_profile_id, row.name, reason.message)
    record_event(session, told)


def note_adopted(
    session: Session,
    browser_profile_id: UUID,
    where: Whereabouts,
    *,
    reason: Reason,
    fence: int,
    now: datetime,
) -> OpenBrowser:
    """Take a browser that was found running into the registry."""
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    _note_where(session, browser_profile_id, where, fence=fence, now=now)
    _turn(row, BrowserState.RUNNING, now=now)
    told = BrowserAdopted(
        None, browser_profile_id, row.name, where.worker, reason.message
    )
    record_event(session, told)
    return _get_open(session, browser_profile_id)


def reason_of(failure: BaseException) -> Reason:
    """Return why a start failed, in words for a person."""
    if isinstance(failure, ApplicationError):
        return Reason(error=failure.code, message=failure.message)
    return DEFECT if isinstance(failure, Exception) else INTERRUPTED


def _note_where(
    session: Session,
    browser_profile_id: UUID,
    where: Whereabouts,
    *,
    fence: int,
    now: datetime,
) -> None:
    before = find_running_browser(session, browser_profile_id)
    values = _registry_values(
        browser_profile_id, fence=fence, worker=where.worker, now=now
    )
    is_same = before is not None and before.port == where.port
    values |= {
        "port": where.port,
        "selenium_url": where.selenium_url,
        "started_at": before.started_at if before and is_same else now,
        "unsupported": [one.model_dump() for one in where.unsupported],
        "headless": before.headless if before else False,
        "leased_by": before.leased_by if before else None,
        "leased_until": before.leased_until if before else None,
    }
    add_running_browser(session, values)


def _registry_values(
    browser_profile_id: UUID, *, fence: int, worker: str, now: datetime
) -> dict[str, Any]:
    return {
        "browser_profile_id": browser_profile_id,
        "fence": fence,
        "worker": worker,
        "headless": False,
        "selenium_url": None,
        "port": None,
        "unsupported": [],
        "started_at": None,
        "last_seen_at": now,
        "leased_by": None,
        "leased_until": None,
    }


def _turn(
    row: Any, state: BrowserState, *, now: datetime, reason: Reason | None = None
) -> None:
    row.state, row.state_changed_at = state, now
    row.error_code = reason.error if reason else None
    row.error_message = reason.message if reason else None


def _get_open(session: Session, browser_profile_id: UUID) -> OpenBrowser:
    session.flush()
    session.expire_all()
    found = find_open_browser(session, browser_profile_id)
    assert found is not None  # noqa: S101 - written just now
    return found
