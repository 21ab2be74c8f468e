"""One leak test: look from home, look through the exit, judge, keep."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import anyio.to_thread
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr

from config.clock import now
from config.connections import close_async_redis_client
from config.errors import BusyError, ConflictError, OutsideError
from config.settings import settings
from config.vocabulary import BrowserState, LeakScope, LeakSubject, TunnelState
from tasks.browser_profiles.lease import (
    BrowserTakenError,
    Holder,
    lease_browser,
    release_browser,
)
from tasks.browser_profiles.registry import look_up
from tasks.browser_profiles.repository import get_browser_profile
from tasks.database import transaction
from tasks.leak_tests.browser_probe import probe_browser
from tasks.leak_tests.ended import end_test, end_without_findings
from tasks.leak_tests.findings import Findings, Home, ProbeExit
from tasks.leak_tests.keep import keep_ended
from tasks.leak_tests.network_probe import look_from_home, probe_network
from tasks.leak_tests.schemas import (
    EndedTest,
    LeakTestAnswer,
    LeakTestRequest,
    SubjectShown,
    SubjectWish,
)
from tasks.retries import only_if_retryable
from tasks.vpn.repository import find_tunnel

log = logging.getLogger(__name__)

PROXY_PASSWORD: ContextVar[SecretStr] = ContextVar("proxy password of a leak test")
"""
Of the proxy under test. A flow's parameters are kept by Prefect and shown to everybody
there, so it travels beside them: an attached flow runs in its caller's context.
"""

_LEASE = timedelta(minutes=10)


class TunnelNotConnectedError(ConflictError):
    """There is no tunnel to leave by."""

    code = "tunnel_not_connected"

    def __init__(self, location: str | None) -> None:
        which = f"no tunnel to {location}" if location else "no tunnel"
        super().__init__(f"{which} is connected; connect it, then test again")


class Way(NamedTuple):
    """What is tested, and how it is left by."""

    subject: SubjectShown
    has_exit: bool
    leaves_by: ProbeExit = ProbeExit()


@flow(name="leak-test")
async def run_leak_test(
    request: dict[str, Any],
    requested_by: str | None = None,
    schedule_id: str | None = None,
) -> dict[str, Any]:
    """Test one browser profile, proxy, tunnel or this machine, and keep the result."""
    try:
        ended = await carry_out(LeakTestRequest.model_validate(request))
        ended = ended._replace(
            requested_by=UUID(requested_by) if requested_by else None,
            schedule_id=UUID(schedule_id) if schedule_id else None,
        )
        answer = await keep_leak_test(ended)
        return answer.model_dump(mode="json")
    finally:
        await close_async_redis_client()


async def carry_out(request: LeakTestRequest) -> EndedTest:
    """
    Look and judge; to be called within a flow.

    A responder that is away, or a browser that ends meanwhile, ends the test without a
    verdict; that is kept too, with its reason.

    Raises:
        RejectedError: There is nothing to test, or it is in use.
        SetupError: No responder is set.
    """
    way = await anyio.to_thread.run_sync(find_way, request)
    started_at, began = now(), perf_counter()
    in_browser = request.browser_profile_id is not None
    ended = EndedTest(
        subject=way.subject,
        scope=LeakScope.BROWSER if in_browser else LeakScope.NETWORK,
        expected=request.expected,
        findings=(),
        exit_address=None,
        exit_country=None,
        problem=None,
        started_at=started_at,
        took_ms=0,
        details={},
    )
    home = await look_home() if way.has_exit else None
    try:
        if request.browser_profile_id is not None:
            findings = await look_in_browser(request.browser_profile_id)
        else:
            findings = await look_by_network(way.leaves_by)
    except BusyError:
        raise  # it could not even begin
    except OutsideError as problem:
        log.warning("a leak test came to nothing: %s", problem.message)
        ended = end_without_findings(ended, problem, home=home)
    else:
        ended = end_test(ended, findings, home=home, has_exit=way.has_exit, now=now())
    return ended._replace(took_ms=round((perf_counter() - began) * 1_000))


def find_way(request: SubjectWish) -> Way:
    """
    Return what is tested, and how it leaves.

    Raises:
        NotFoundError: There is no such browser profile.
        TunnelNotConnectedError: The tunnel is not there.
    """
    kind = request.kind
    if request.browser_profile_id is not None:
        with transaction() as session:
            row = get_browser_profile(session, request.browser_profile_id)
            shown = SubjectShown(kind=kind, id=row.id, name=row.name)
            return Way(shown, has_exit=bool(row.parameters.get("proxy")))
    if request.proxy is not None:
        password = PROXY_PASSWORD.get(request.proxy.password)
        by = ProbeExit(request.proxy.url_with(password))
        shown = SubjectShown(kind=kind, name=request.proxy.name)
        return Way(shown, has_exit=True, leaves_by=by)
    if request.vpn is not None:
        return _find_tunnel_way(None if request.vpn is True else request.vpn)
    return Way(SubjectShown(kind=LeakSubject.DIRECT), has_exit=False)


def _find_tunnel_way(location: str | None) -> Way:
    with transaction() as session:
        tunnel = find_tunnel(session, location)
    if (
        tunnel is None
        or tunnel.state is not TunnelState.CONNECTED
        or not tunnel.proxy_url
    ):
        raise TunnelNotConnectedError(location)
    shown = SubjectShown(kind=LeakSubject.VPN, name=tunnel.location)
    by = ProbeExit(SecretStr(tunnel.proxy_url))
    return Way(shown, has_exit=True, leaves_by=by)


@task(
    name="look-from-home",
    retries=1,
    retry_delay_seconds=0.5,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def look_home() -> Home:
    """Look at this machine without the exit; safe to repeat."""
    return await look_from_home(settings().leak_tests)


@task(
    name="look-by-network",
    retries=1,
    retry_delay_seconds=0.5,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def look_by_network(leaves_by: ProbeExit) -> Findings:
    """Look through an exit without a browser; safe to repeat."""
    return await probe_network(leaves_by, settings().leak_tests)


@task(
    name="look-in-browser",
    retries=1,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def look_in_browser(browser_profile_id: UUID) -> Findings:
    """Look from inside a browser, started for it if it does not run; repeatable."""
    async with _one_of_few(), _browser_of(browser_profile_id) as selenium_url:
        return await probe_browser(selenium_url, settings().leak_tests)


@task(
    name="keep-leak-test",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def keep_leak_test(ended: EndedTest) -> LeakTestAnswer:
    """Keep a leak test and tell of it, both or neither."""
    return await anyio.to_thread.run_sync(keep_ended, ended)


@asynccontextmanager
async def _browser_of(browser_profile_id: UUID) -> AsyncGenerator[str]:
    """
    Yield where a browser is driven: a person's as it is, else one of our own.

    Raises:
        BrowserTakenError: A campaign has it.
        ApplicationError: It cannot be started.
    """
    _, known = await look_up(browser_profile_id)
    is_open = known is not None and known.state is BrowserState.RUNNING
    if known is not None and is_open and known.selenium_url:
        if known.leased_until is not None and known.leased_until > now():
            raise BrowserTakenError
        yield known.selenium_url
        return
    holder = Holder(f"leak test {uuid4()}", 1)
    leased = await lease_browser(browser_profile_id, holder, lifetime=_LEASE)
    try:
        yield leased.selenium_url
    finally:
        with anyio.CancelScope(shield=True):
            try:
                await release_browser(browser_profile_id, holder)
            except OutsideError as problem:  # the sweep does it when the lease ends
                log.warning("a browser was not given back: %s", problem.message)


@asynccontextmanager
async def _one_of_few() -> AsyncGenerator[None]:
    """Wait until fewer browsers are tested at once than may be."""
    places = _places()
    await anyio.to_thread.run_sync(places.acquire)
    try:
        yield
    finally:
        places.release()


@cache
def _places() -> BoundedSemaphore:
    return BoundedSemaphore(settings().leak_tests.browsers_at_once)


def longest_leak_test() -> timedelta:
    """Return the longest that a leak test may take, its browser's start included."""
    terms = settings().leak_tests
    looks = 3 * terms.network_timeout + 2 * terms.browser_timeout
    return settings().browser_profiles.start_timeout + looks
