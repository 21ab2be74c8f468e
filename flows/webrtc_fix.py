"""Switch a browser profile's WebRTC off, start its browser anew, and test again."""

import logging
from typing import Any
from uuid import UUID

import anyio.to_thread
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import ConflictError
from flows.leak_test import carry_out, keep_leak_test
from tasks.browser_profiles.change import FlagChange, set_flag
from tasks.browser_profiles.lease import BrowserTakenError
from tasks.browser_profiles.registry import look_up
from tasks.browser_profiles.start import start_browser
from tasks.browser_profiles.stop import stop_browser
from tasks.database import transaction
from tasks.leak_tests.repository import get_leak_test
from tasks.leak_tests.schemas import LeakFixAnswer, LeakTestAnswer, LeakTestRequest
from tasks.retries import only_if_retryable

log = logging.getLogger(__name__)

FLAG, OFF = "webrtc_masking", "disabled"


class NothingToFixError(ConflictError):
    """The leak test found no leak that could be put right from here."""

    code = "nothing_to_fix"

    def __init__(self) -> None:
        super().__init__(
            "this leak test found no WebRTC leak of a browser profile, so there is "
            "nothing to put right"
        )


@flow(name="webrtc-fix")
async def fix_webrtc(
    leak_test_id: str, requested_by: str | None = None
) -> dict[str, Any]:
    """Change the policy of the browser profile of a leak test, and test it again."""
    try:
        before = await anyio.to_thread.run_sync(find_fixable, UUID(leak_test_id))
        browser_profile_id = before.subject.id
        if browser_profile_id is None:
            raise NothingToFixError
        change = await switch_webrtc_off(browser_profile_id)
        request = LeakTestRequest(
            browser_profile_id=browser_profile_id, expected=before.expected
        )
        ended = await carry_out(request)
        whose = UUID(requested_by) if requested_by else None
        after = await keep_leak_test(ended._replace(requested_by=whose))
        answer = LeakFixAnswer(before=before, after=after, changed={FLAG: change})
        return answer.model_dump(mode="json")
    finally:
        await close_async_redis_client()


@task(
    name="switch-webrtc-off",
    retries=1,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def switch_webrtc_off(browser_profile_id: UUID) -> FlagChange:
    """
    Change the policy and start a browser that was open anew; safe to repeat.

    A peer connection that exists keeps leaking, so a change without a new start would
    not do (facts/cloak.md 2.4).

    Raises:
        BrowserTakenError: A campaign has the browser.
        MultiLoginError: Multilogin X does not do its part.
    """
    _, known = await look_up(browser_profile_id)
    leased = known.leased_until if known else None
    if leased is not None and leased > now():
        raise BrowserTakenError
    if known is not None:
        await stop_browser(browser_profile_id)
    try:
        change = await set_flag(browser_profile_id, FLAG, OFF)
    finally:
        if known is not None:
            await start_browser(browser_profile_id)
    log.info("browser profile %s: %s is %s", browser_profile_id, FLAG, OFF)
    return change


def find_fixable(leak_test_id: UUID) -> LeakTestAnswer:
    """
    Return a leak test whose WebRTC leak can be put right.

    Raises:
        LeakTestNotFoundError: There is none of this id.
        NothingToFixError: It found no such leak.
    """
    with transaction() as session:
        found = get_leak_test(session, leak_test_id)
    if "webrtc" not in found.fix:
        raise NothingToFixError
    return found
