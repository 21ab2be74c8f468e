"""Start one browser; safe to repeat, from any number of processes at once."""

import logging
from uuid import UUID

import anyio

from config.clock import now
from config.errors import ApplicationError
from config.settings import settings
from config.vocabulary import BrowserState
from tasks.browser_profiles import life
from tasks.browser_profiles.lock import hold_browser_profile
from tasks.browser_profiles.registry import (
    at_this_moment,
    in_transaction,
    look_up,
    worker_name,
)
from tasks.browser_profiles.repository import OvertakenError
from tasks.browser_profiles.schemas import (
    Lease,
    OpenBrowser,
    StartAnswer,
    StartOrder,
    UnsupportedFlag,
)
from tasks.browser_profiles.sweep import FOUND
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_answers import StartedBrowser
from tasks.clients.multilogin_errors import (
    BrowserStartFailedError,
    MultiLoginError,
    ProfileAlreadyRunningError,
)
from tasks.clients.multilogin_launcher import MultiloginLauncher, wait_ready

log = logging.getLogger(__name__)

_CLEAN_UP_SECONDS = 30.0
_LOOK_SECONDS = 0.3


async def start_browser(
    browser_profile_id: UUID,
    *,
    headless: bool | None = None,
    lease: Lease | None = None,
) -> StartAnswer:
    """
    Start the browser of a browser profile and return where it is driven.

    One that runs already is returned as it is. Whatever goes wrong on the way, the
    agent is told at once to stop what it may have begun.

    Args:
        browser_profile_id: Whose browser.
        headless: Whether without a window; None: as the setting says.
        lease: For whom it is started; None: it runs until somebody stops it.

    Raises:
        BrowserProfileNotFoundError: There is no such browser profile.
        TooManyBrowsersError: As many run as are allowed.
        BrowserBusyError: Somebody else is at it, and takes too long.
        MultiLoginError: Multilogin X did not start it.
    """
    section = settings().browser_profiles
    wish = life.StartWish(
        worker=worker_name(),
        headless=section.headless if headless is None else headless,
        limits=life.BrowserLimits(section.browsers_per_worker, section.browsers_in_all),
        lease=lease,
    )
    async with open_multilogin() as multilogin:
        launcher = multilogin.launcher
        profile, _ = await look_up(browser_profile_id)
        if found := await find_driven(browser_profile_id, launcher):
            return found.as_answer()
        async with hold_browser_profile(
            browser_profile_id, above=profile.fence
        ) as held:
            if found := await find_driven(browser_profile_id, launcher):
                return found.as_answer()
            order = await at_this_moment(
                life.begin_start, browser_profile_id, wish, fence=held.fence
            )
            return (await _carry_out(order, launcher)).as_answer()


async def find_driven(
    browser_profile_id: UUID, launcher: MultiloginLauncher
) -> OpenBrowser | None:
    """
    Return the browser that registry and agent agree on, None if they do not.

    A browser of another machine is believed as long as it was seen there lately.
    """
    _, known = await look_up(browser_profile_id)
    if known is None or known.state is not BrowserState.RUNNING:
        return None
    if known.worker != worker_name():
        silence = now() - known.last_seen_at
        is_fresh = silence < settings().browser_profiles.silence_limit
        return known if is_fresh else None
    here = await launcher.running(str(browser_profile_id))
    return known if here is not None and here.port == known.port else None


async def find_unsupported(
    browser_profile_id: UUID, launcher: MultiloginLauncher
) -> tuple[UnsupportedFlag, ...]:
    """Return what the local Multilogin X could not honour; the other does not say."""
    try:
        status = await launcher.status(str(browser_profile_id))
    except MultiLoginError:  # the browser is there all the same
        return ()
    return tuple(UnsupportedFlag.model_validate(one) for one in status.unsupported)


async def _carry_out(order: StartOrder, launcher: MultiloginLauncher) -> OpenBrowser:
    try:
        started, is_new = await _bring_up(order, launcher)
        where = life.Whereabouts(
            port=started.port,
            selenium_url=started.webdriver_url,
            worker=worker_name(),
            unsupported=await find_unsupported(order.browser_profile_id, launcher),
        )
        if is_new:
            return await at_this_moment(
                life.note_started, order.browser_profile_id, where, fence=order.fence
            )
        return await at_this_moment(
            life.note_adopted,
            order.browser_profile_id,
            where,
            reason=FOUND,
            fence=order.fence,
        )
    except OvertakenError:
        # Who came after us has found the browser, and it is theirs now.
        found = await find_driven(order.browser_profile_id, launcher)
        if found is None:
            raise
        return found
    except BaseException as failure:
        with anyio.CancelScope(shield=True):
            await _clean_up(order, launcher, failure)
        raise


async def _bring_up(
    order: StartOrder, launcher: MultiloginLauncher
) -> tuple[StartedBrowser, bool]:
    """Return a browser that answers, and whether it was not there before."""
    browser_id, is_new = str(order.browser_profile_id), True
    try:
        started = await _ask_to_start(order, launcher)
    except ProfileAlreadyRunningError:
        # Left behind by a starter that is gone, perhaps before it was up.
        found = await _await_coming(browser_id, launcher)
        is_new = found is None
        if found is None:  # it has a window and no port: somebody opened it by hand
            await launcher.stop(browser_id)
            found = await _ask_to_start(order, launcher)
        started = found
    await wait_ready(started)
    return started, is_new


async def _ask_to_start(
    order: StartOrder, launcher: MultiloginLauncher
) -> StartedBrowser:
    return await launcher.start(
        str(order.folder_id), str(order.browser_profile_id), headless=order.headless
    )


async def _await_coming(
    browser_id: str, launcher: MultiloginLauncher
) -> StartedBrowser | None:
    """Return a browser that others had begun to start, once it is there."""
    with anyio.move_on_after(settings().browser_profiles.lock_patience.total_seconds()):
        while True:
            found = await launcher.running(browser_id)
            if found is not None:
                return found
            status = await launcher.status(browser_id)
            if status.is_over or status.is_running:
                return None
            await anyio.sleep(_LOOK_SECONDS)
    raise BrowserStartFailedError(browser_profile_id=browser_id)


async def _clean_up(
    order: StartOrder, launcher: MultiloginLauncher, failure: BaseException
) -> None:
    """Have the agent stop what it may have begun, and keep why it came to nothing."""
    browser_profile_id = order.browser_profile_id
    try:
        with anyio.move_on_after(_CLEAN_UP_SECONDS):
            await launcher.stop(str(browser_profile_id))
    except ApplicationError as also:
        log.info("browser %s could not be stopped: %s", browser_profile_id, also)
    try:
        await in_transaction(
            life.note_start_failed,
            browser_profile_id,
            life.reason_of(failure),
            fence=order.fence,
            now=now(),
        )
    except ApplicationError as also:
        # The sweep finds the place in the registry, and no browser to it.
        log.warning("the end of start %s is not noted: %s", browser_profile_id, also)
