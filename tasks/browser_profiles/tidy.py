"""Compare registry, agent and browsers, and put right what does not agree."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import anyio
from sqlalchemy.orm import Session

from config.clock import now
from config.errors import ApplicationError
from config.settings import settings
from tasks.browser_profiles import life
from tasks.browser_profiles.lock import (
    BrowserBusyError,
    HeldLock,
    held_browser_profiles,
    hold_browser_profile,
)
from tasks.browser_profiles.registry import at_this_moment, in_transaction, worker_name
from tasks.browser_profiles.repository import find_known, list_open_browsers, note_seen
from tasks.browser_profiles.schemas import KnownBrowserProfile, OpenBrowser
from tasks.browser_profiles.start import find_unsupported
from tasks.browser_profiles.sweep import (
    SeenBrowser,
    Step,
    SweepStep,
    SweepTerms,
    decide_sweep,
)
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_answers import BrowserStatus
from tasks.clients.multilogin_errors import AgentNotRunningError
from tasks.clients.multilogin_launcher import MultiloginLauncher
from tasks.clients.webdriver import is_answering

log = logging.getLogger(__name__)

_IN_PLACE = frozenset((Step.WAIT, Step.SEEN))
_AT_ONCE = timedelta(0)


async def look_round() -> list[SweepStep]:
    """
    Return what there is to be done about browsers; note those that are well.

    Raises:
        MultiLoginError: The agent refuses to say what it runs.
        LockAwayError: Redis does not answer.
    """
    async with open_multilogin() as multilogin:
        steps = await _decide(multilogin.launcher)
    well = [one.browser_profile_id for one in steps if one.step is Step.SEEN]
    await at_this_moment(note_seen, well)
    return [one for one in steps if one.step not in _IN_PLACE]


async def put_right(ids: Sequence[UUID]) -> dict[UUID, Step]:
    """
    Do what is to be done about some browsers, and return what was done.

    Each is looked at again with its lock in hand: since the last look somebody may have
    started or stopped it.
    """
    done: dict[UUID, Step] = {}
    async with open_multilogin() as multilogin:
        for browser_profile_id in ids:
            try:
                step = await _put_one_right(browser_profile_id, multilogin.launcher)
            except BrowserBusyError:
                continue
            except ApplicationError as problem:
                log.warning("browser %s: %s", browser_profile_id, problem.message)
                continue
            done[browser_profile_id] = step
    return done


async def _put_one_right(
    browser_profile_id: UUID, launcher: MultiloginLauncher
) -> Step:
    profiles = await in_transaction(find_known, [browser_profile_id])
    if browser_profile_id not in profiles:
        return Step.WAIT
    above = profiles[browser_profile_id].fence
    async with hold_browser_profile(
        browser_profile_id, above=above, patience=_AT_ONCE
    ) as held:
        steps = await _decide(launcher, only=browser_profile_id)
        for step in steps:
            await _carry_out(step, held, launcher)
            return step.step
    return Step.WAIT


async def _decide(
    launcher: MultiloginLauncher, *, only: UUID | None = None
) -> list[SweepStep]:
    """Return a step for each browser; with `only`, for the one whose lock we hold."""
    try:
        states = (await launcher.statuses()).states
    except AgentNotRunningError:
        seen, agent_answers = dict[UUID, SeenBrowser](), False
    else:
        seen, agent_answers = await _see_browsers(states, launcher, only), True
    known, profiles = await in_transaction(_read_registry, list(seen))
    if only is not None:
        known = [one for one in known if one.browser_profile_id == only]
        held = set[UUID]()
    else:
        ids = {one.browser_profile_id for one in known} | set(seen)
        held = await held_browser_profiles(sorted(ids))
    terms = SweepTerms(
        worker=worker_name(),
        silence_limit=settings().browser_profiles.silence_limit,
        now=now(),
        agent_answers=agent_answers,
    )
    return decide_sweep(known, profiles, seen, held=held, terms=terms)


async def _see_browsers(
    states: Mapping[str, BrowserStatus], launcher: MultiloginLauncher, only: UUID | None
) -> dict[UUID, SeenBrowser]:
    seen: dict[UUID, SeenBrowser] = {}

    async def look(browser_profile_id: UUID, status: BrowserStatus) -> None:
        here = await launcher.running(str(browser_profile_id))
        if here is None:
            seen[browser_profile_id] = SeenBrowser(
                None, is_on_its_way=not status.is_running
            )
            return
        answers = await is_answering(here.webdriver_url)
        seen[browser_profile_id] = SeenBrowser(here.port, is_answering=answers)

    async with anyio.create_task_group() as tasks:
        for key, status in states.items():
            browser_profile_id = _read_id(key)
            if browser_profile_id is None or status.is_over or status.is_quick:
                continue
            if only is None or browser_profile_id == only:
                tasks.start_soon(look, browser_profile_id, status)
    return seen


def _read_registry(
    session: Session, ids: list[UUID]
) -> tuple[list[OpenBrowser], dict[UUID, KnownBrowserProfile]]:
    return list_open_browsers(session), find_known(session, ids)


async def _carry_out(
    step: SweepStep, held: HeldLock, launcher: MultiloginLauncher
) -> None:
    browser_profile_id = step.browser_profile_id
    if step.step is Step.ADOPT:
        await _adopt(step, held, launcher)
    elif step.step is Step.STOP:
        await launcher.stop(str(browser_profile_id))
        await at_this_moment(
            life.note_swept, browser_profile_id, step.reason, fence=held.fence
        )
    elif step.step is Step.GONE:
        await at_this_moment(
            life.note_gone, browser_profile_id, step.reason, fence=held.fence
        )


async def _adopt(step: SweepStep, held: HeldLock, launcher: MultiloginLauncher) -> None:
    here = await launcher.running(str(step.browser_profile_id))
    if here is None:
        return
    where = life.Whereabouts(
        here.port,
        here.webdriver_url,
        worker_name(),
        await find_unsupported(step.browser_profile_id, launcher),
    )
    await at_this_moment(
        life.note_adopted,
        step.browser_profile_id,
        where,
        reason=step.reason,
        fence=held.fence,
    )


def _read_id(key: str) -> UUID | None:
    """Return a browser profile's id; the agent lists its own cores as well."""
    try:
        return UUID(key)
    except ValueError:
        return None
