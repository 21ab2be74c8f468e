"""Leak tests: run one, look at those there are, put right, repeat."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from config.schema import Schema
from config.vocabulary import LeakSubject, LeakVerdict
from flows import leak_test_life
from tasks.database import transaction
from tasks.leak_tests.repository import (
    delete_schedule,
    get_leak_test,
    list_leak_tests,
    list_schedules,
)
from tasks.leak_tests.schemas import (
    LeakFixAnswer,
    LeakScheduleAnswer,
    LeakScheduleRequest,
    LeakTestAnswer,
    LeakTestRequest,
)
from tasks.pages import PageWish
from ui.api.auth import CloakRead, CloakTest
from ui.api.dependencies import paged_by
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/cloak", tags=["cloak"])

SubjectKind = Annotated[LeakSubject | None, Query(alias="subjectKind")]
SubjectId = Annotated[
    str,
    Query(
        alias="subjectId",
        max_length=300,
        pattern=r"^[^\x00]*$",
        description="Its id, or its name where it has none.",
    ),
]


class LeakTestList(Schema):
    """Leak tests; `next` goes into `after`, `null` at the end."""

    items: tuple[LeakTestAnswer, ...]
    next: str | None


class LeakScheduleList(Schema):
    """All leak tests that are repeated, the newest first."""

    items: tuple[LeakScheduleAnswer, ...]


@router.post("/leak-test", dependencies=[TAKES_KEY])
async def run_leak_test(
    caller: CloakTest, asked: LeakTestRequest | None = None
) -> LeakTestAnswer:
    """
    Test a browser profile, a proxy, a tunnel or this machine for leaks.

    True is a leak, false is none; null could not be known, for the reason given. A
    test that could not be carried out is kept too, and has a `problem`.
    """
    request = asked or LeakTestRequest()
    return await leak_test_life.start_leak_test(request, requested_by=caller.account_id)


@router.get("/leak-tests")
def show_leak_tests(
    _caller: CloakRead,
    page: Annotated[PageWish, paged_by("-createdAt")],
    subject_kind: SubjectKind = None,
    subject_id: SubjectId = "",
    verdict: LeakVerdict | None = None,
) -> LeakTestList:
    """List leak tests, newest first."""
    with transaction() as session:
        found = list_leak_tests(
            session,
            page,
            subject_kind=subject_kind,
            subject_id=subject_id,
            verdict=verdict,
        )
    return LeakTestList(items=tuple(found.rows), next=found.next)


@router.get("/leak-tests/{leak_test_id}")
def show_leak_test(leak_test_id: UUID, _caller: CloakRead) -> LeakTestAnswer:
    """Look at one leak test with all that was seen."""
    with transaction() as session:
        return get_leak_test(session, leak_test_id)


@router.post("/leak-tests/{leak_test_id}/fix-webrtc", dependencies=[TAKES_KEY])
async def fix_webrtc(leak_test_id: UUID, caller: CloakTest) -> LeakFixAnswer:
    """
    Switch the WebRTC of a leak test's browser profile off, and test it again.

    Its browser is started anew if it is open. What is lost: calls over UDP; those
    through a TURN server over TCP still work.
    """
    return await leak_test_life.fix_leak(leak_test_id, requested_by=caller.account_id)


@router.get("/leak-test-schedules")
def show_schedules(_caller: CloakRead) -> LeakScheduleList:
    """List the leak tests that are repeated."""
    with transaction() as session:
        return LeakScheduleList(items=tuple(list_schedules(session)))


@router.post(
    "/leak-test-schedules", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY]
)
def create_schedule(
    asked: LeakScheduleRequest, caller: CloakTest
) -> LeakScheduleAnswer:
    """Have a leak test repeated, the first time at once."""
    return leak_test_life.schedule_leak_test(asked, created_by=caller.account_id)


@router.delete("/leak-test-schedules/{schedule_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_schedule(schedule_id: UUID, _caller: CloakTest) -> None:
    """End the repetition of a leak test; the tests it made stay."""
    with transaction() as session:
        delete_schedule(session, schedule_id)
