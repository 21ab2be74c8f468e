"""Stop one browser, or all of this machine; safe to repeat."""

from uuid import UUID

import anyio

from config.clock import now
from config.errors import ApplicationError, ConflictError
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
from tasks.browser_profiles.repository import list_open_browsers
from tasks.browser_profiles.schemas import (
    OpenBrowser,
    StartAnswer,
    StopAllAnswer,
    StopFailure,
)
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_launcher import MultiloginLauncher

_AT_ONCE = 4


class BrowserElsewhereError(ConflictError):
    """It runs on another machine, whose agent we do not reach."""

    code = "browser_elsewhere"

    def __init__(self, worker: str) -> None:
        super().__init__(
            f"this browser runs on {worker}; stop it there", details={"worker": worker}
        )


async def stop_browser(browser_profile_id: UUID) -> StartAnswer:
    """
    Stop the browser of a browser profile; one that does not run is a success.

    Raises:
        BrowserProfileNotFoundError: There is no such browser profile.
        BrowserElsewhereError: It runs on another machine.
        BrowserBusyError: Somebody else is at it, and takes too long.
        MultiLoginError: The agent did not stop it; the next sweep tries again.
    """
    profile, known = await look_up(browser_profile_id)
    stopped = StartAnswer(id=browser_profile_id, state=BrowserState.STOPPED)
    if known is None:
        return stopped
    async with (
        open_multilogin() as multilogin,
        hold_browser_profile(browser_profile_id, above=profile.fence) as held,
    ):
        await _refuse_elsewhere(browser_profile_id, multilogin.launcher)
        known = await at_this_moment(
            life.begin_stop, browser_profile_id, fence=held.fence
        )
        if known is not None:
            await multilogin.launcher.stop(str(browser_profile_id))
            await at_this_moment(
                life.note_stopped, browser_profile_id, fence=held.fence
            )
    return stopped


async def stop_all_browsers() -> StopAllAnswer:
    """
    Stop every browser of the registry that runs on this machine.

    Browsers that other programs started with the same agent go on. One that cannot be
    stopped keeps none of the others.
    """
    known = await in_transaction(list_open_browsers, worker=worker_name())
    stopped: list[UUID] = []
    failed: list[StopFailure] = []
    turn = anyio.CapacityLimiter(_AT_ONCE)

    async def stop(one: OpenBrowser) -> None:
        async with turn:
            try:
                await stop_browser(one.browser_profile_id)
            except ApplicationError as problem:
                failed.append(
                    StopFailure(
                        id=one.browser_profile_id,
                        error=problem.code,
                        message=problem.message,
                    )
                )
            else:
                stopped.append(one.browser_profile_id)

    async with anyio.create_task_group() as tasks:
        for one in known:
            tasks.start_soon(stop, one)
    return StopAllAnswer(stopped=tuple(stopped), failed=tuple(failed))


async def _refuse_elsewhere(
    browser_profile_id: UUID, launcher: MultiloginLauncher
) -> None:
    _, known = await look_up(browser_profile_id)
    if known is None or known.worker == worker_name():
        return
    silence = now() - known.last_seen_at
    if silence >= settings().browser_profiles.silence_limit:
        return
    if await launcher.running(str(browser_profile_id)) is None:
        raise BrowserElsewhereError(known.worker)
