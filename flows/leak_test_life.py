"""What a person can do with leak tests; each test is a flow."""

from typing import Any
from uuid import UUID

import anyio.to_thread
from pydantic import SecretStr

from config.clock import now
from flows.dispatch import run_attached
from flows.leak_test import (
    PROXY_PASSWORD,
    find_way,
    longest_leak_test,
    run_leak_test,
)
from flows.webrtc_fix import find_fixable, fix_webrtc
from tasks.database import transaction
from tasks.leak_tests.repository import add_schedule
from tasks.leak_tests.schemas import (
    LeakFixAnswer,
    LeakScheduleAnswer,
    LeakScheduleRequest,
    LeakTestAnswer,
    LeakTestRequest,
    SubjectShown,
    SubjectWish,
)


async def start_leak_test(
    request: LeakTestRequest,
    *,
    requested_by: UUID | None,
    schedule_id: UUID | None = None,
) -> LeakTestAnswer:
    """
    Test something for leaks, keep the result and return it.

    Raises:
        NotFoundError: There is no such browser profile.
        ConflictError: The tunnel is not connected.
        BusyError: The browser is used by somebody else.
        SetupError: No responder is set.
        UnreachableError: Prefect or the database does not answer.
    """
    await anyio.to_thread.run_sync(find_subject, request)
    password = request.proxy.password if request.proxy else SecretStr("")
    held = PROXY_PASSWORD.set(password)
    try:
        answer = await run_attached(
            run_leak_test,
            parameters={
                "request": _without_password(request),
                "requested_by": str(requested_by) if requested_by else None,
                "schedule_id": str(schedule_id) if schedule_id else None,
            },
            timeout=longest_leak_test(),
        )
    finally:
        PROXY_PASSWORD.reset(held)
    return LeakTestAnswer.model_validate(answer)


async def fix_leak(leak_test_id: UUID, *, requested_by: UUID | None) -> LeakFixAnswer:
    """
    Switch WebRTC off where a leak test found its leak, and test again.

    Raises:
        LeakTestNotFoundError: There is no such leak test.
        NothingToFixError: It found no such leak.
        BusyError: The browser is used by somebody else.
        OutsideError: Multilogin X or Prefect does not do its part.
    """
    await anyio.to_thread.run_sync(find_fixable, leak_test_id)
    whose = str(requested_by) if requested_by else None
    answer = await run_attached(
        fix_webrtc,
        parameters={"leak_test_id": str(leak_test_id), "requested_by": whose},
        timeout=2 * longest_leak_test(),
    )
    return LeakFixAnswer.model_validate(answer)


def schedule_leak_test(
    request: LeakScheduleRequest, *, created_by: UUID | None
) -> LeakScheduleAnswer:
    """
    Have a leak test repeated, the first time at once.

    Raises:
        NotFoundError: There is no such browser profile.
    """
    is_tunnel = request.vpn is not None
    # A tunnel may well be connected later; each test says so if it is not.
    name = request.vpn if isinstance(request.vpn, str) else None
    subject = (
        SubjectShown(kind=request.kind, name=name)
        if is_tunnel
        else find_subject(request)
    )
    with transaction() as session:
        return add_schedule(
            session, request, subject=subject, created_by=created_by, now=now()
        )


def find_subject(wish: SubjectWish) -> SubjectShown:
    """
    Return what a wish names, if it is there.

    Raises:
        NotFoundError: There is no such browser profile.
        TunnelNotConnectedError: The tunnel is not connected.
    """
    return find_way(wish).subject


def _without_password(request: LeakTestRequest) -> dict[str, Any]:
    told = request.model_dump(mode="json")
    if told.get("proxy"):
        told["proxy"]["password"] = ""
    return told
