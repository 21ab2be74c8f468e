"""Queries and changes of leak tests; takes a session, never commits."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from config.errors import NotFoundError
from config.vocabulary import LeakKind, LeakScope, LeakSubject, LeakVerdict
from tasks.leak_tests.schemas import (
    VERDICTS_SHOWN,
    DueSchedule,
    EndedTest,
    Expected,
    Finding,
    LastLeakTest,
    LeakProblem,
    LeakScheduleAnswer,
    LeakScheduleRequest,
    LeakTestAnswer,
    LeakTestRequest,
    SubjectShown,
)
from tasks.leak_tests.verdict import has_passed, sum_up
from tasks.models import LeakTest, LeakTestSchedule
from tasks.pages import Page, PageWish, read_page

_FORGOTTEN_AT_ONCE = 5_000


class LeakTestNotFoundError(NotFoundError):
    """There is no such leak test."""

    def __init__(self, leak_test_id: UUID) -> None:
        super().__init__(f"there is no leak test {leak_test_id}")


class LeakScheduleNotFoundError(NotFoundError):
    """There is no such schedule."""

    def __init__(self, schedule_id: UUID) -> None:
        super().__init__(f"there is no leak test schedule {schedule_id}")


def add_leak_test(session: Session, ended: EndedTest) -> LeakTestAnswer:
    """Keep a leak test and return it as the API shows it."""
    verdicts = _verdicts_of(ended)
    row = LeakTest(
        subject_kind=ended.subject.kind,
        subject_id=ended.subject.id,
        subject_name=ended.subject.name,
        scope=ended.scope,
        verdict=sum_up(verdicts),
        ip_verdict=verdicts[LeakKind.IP],
        dns_verdict=verdicts[LeakKind.DNS],
        webrtc_verdict=verdicts[LeakKind.WEBRTC],
        expected=ended.expected.model_dump(mode="json"),
        findings=[one.model_dump(mode="json") for one in ended.findings],
        details=ended.details,
        exit_address=ended.exit_address,
        exit_country=ended.exit_country,
        error_code=ended.problem.error if ended.problem else None,
        error_message=ended.problem.message if ended.problem else None,
        started_at=ended.started_at,
        took_ms=ended.took_ms,
        requested_by=ended.requested_by,
        schedule_id=ended.schedule_id,
    )
    session.add(row)
    session.flush()
    return describe_leak_test(row)


def get_leak_test(session: Session, leak_test_id: UUID) -> LeakTestAnswer:
    """
    Return one leak test.

    Raises:
        LeakTestNotFoundError: There is none of this id.
    """
    row = session.get(LeakTest, leak_test_id)
    if row is None:
        raise LeakTestNotFoundError(leak_test_id)
    return describe_leak_test(row)


def list_leak_tests(
    session: Session,
    wish: PageWish,
    *,
    subject_kind: LeakSubject | None = None,
    subject_id: str = "",
    verdict: LeakVerdict | None = None,
) -> Page[LeakTestAnswer]:
    """
    Return leak tests, one page of them.

    Args:
        session: The transaction to read in.
        wish: The page.
        subject_kind: Only those about this kind of subject.
        subject_id: Only those about the one of this id, or name where it has no id.
        verdict: Only those whose verdict of all three kinds is this.
    """
    query = select(LeakTest)
    if subject_kind is not None:
        query = query.where(LeakTest.subject_kind == subject_kind)
    if subject_id:
        query = _about(query, subject_id)
    if verdict is not None:
        query = query.where(LeakTest.verdict == verdict)
    page = read_page(session, query, wish, key=LeakTest.id, columns={})
    return Page([describe_leak_test(one) for one in page.rows], page.next)


def find_last_tests(
    session: Session, ids: Collection[UUID]
) -> dict[UUID, LastLeakTest]:
    """Return the latest leak test that was carried out, by browser profile."""
    rows = session.scalars(_latest(ids))
    return {
        one.subject_id: LastLeakTest(
            id=one.id,
            at=one.created_at,
            ip_leak=_shown(one.ip_verdict),
            dns_leak=_shown(one.dns_verdict),
            webrtc_leak=_shown(one.webrtc_verdict),
        )
        for one in rows
        if one.subject_id is not None
    }


def find_objection(
    session: Session, browser_profile_id: UUID, *, max_age: timedelta, now: datetime
) -> str | None:
    """
    Return why a browser profile's latest leak test is not as demanded, None if it is.

    A later test that could not be carried out takes nothing back.
    """
    row = session.scalars(_latest([browser_profile_id])).first()
    if row is None:
        return "it has no leak test; run one, then start the campaign again"
    leaking = [
        word.upper()
        for word, verdict in (
            ("ip", row.ip_verdict),
            ("dns", row.dns_verdict),
            ("webrtc", row.webrtc_verdict),
        )
        if verdict == LeakVerdict.LEAK
    ]
    if leaking:
        return f"its leak test found a leak of {', '.join(leaking)}; put it right first"
    if row.ip_verdict != LeakVerdict.CLEAN:
        return "its leak test could not tell whether its exit address is right"
    age = now - row.created_at
    if age > max_age:
        minutes, most = (
            int(age.total_seconds() // 60),
            int(max_age.total_seconds() // 60),
        )
        return (
            f"its leak test is {minutes} minutes old, and may be {most}; test it again"
        )
    return None


def forget_leak_tests(session: Session, *, before: datetime) -> int:
    """Forget leak tests made before a moment, some at once; return how many."""
    old = (
        select(LeakTest.id)
        .where(LeakTest.created_at < before)
        .limit(_FORGOTTEN_AT_ONCE)
    )
    gone = delete(LeakTest).where(LeakTest.id.in_(old)).returning(LeakTest.id)
    return len(session.scalars(gone).all())


def add_schedule(
    session: Session,
    request: LeakScheduleRequest,
    *,
    subject: SubjectShown,
    created_by: UUID | None,
    now: datetime,
) -> LeakScheduleAnswer:
    """Have a leak test repeated, the first time at once."""
    asked = request.model_dump(mode="json", exclude={"every_minutes"})
    row = LeakTestSchedule(
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_name=subject.name,
        request=asked,
        every_minutes=request.every_minutes,
        next_at=now,
        created_by=created_by,
    )
    session.add(row)
    session.flush()
    return describe_schedule(row)


def list_schedules(session: Session) -> list[LeakScheduleAnswer]:
    """Return all schedules, the newest first."""
    rows = session.scalars(
        select(LeakTestSchedule).order_by(LeakTestSchedule.id.desc())
    )
    return [describe_schedule(one) for one in rows]


def delete_schedule(session: Session, schedule_id: UUID) -> None:
    """
    End a schedule; the tests it made stay.

    Raises:
        LeakScheduleNotFoundError: There is none of this id.
    """
    row = session.get(LeakTestSchedule, schedule_id)
    if row is None:
        raise LeakScheduleNotFoundError(schedule_id)
    session.delete(row)


def take_due_schedule(session: Session, *, now: datetime) -> DueSchedule | None:
    """
    Return a schedule whose time has come, and set its next one.

    Whoever takes it runs it; others that look at the same moment get another.
    """
    row = session.scalars(
        select(LeakTestSchedule)
        .where(LeakTestSchedule.next_at <= now)
        .order_by(LeakTestSchedule.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.next_at = now + timedelta(minutes=row.every_minutes)
    request = LeakTestRequest.model_validate(row.request)
    return DueSchedule(row.id, request, row.created_by)


def note_scheduled(
    session: Session,
    schedule_id: UUID,
    *,
    leak_test_id: UUID | None,
    problem: LeakProblem | None,
) -> None:
    """Note what came of a scheduled test; a schedule that is gone is no failure."""
    row = session.get(LeakTestSchedule, schedule_id)
    if row is None:
        return
    row.last_test_id = leak_test_id or row.last_test_id
    row.error_code = problem.error if problem else None
    row.error_message = problem.message if problem else None


def describe_leak_test(row: LeakTest) -> LeakTestAnswer:
    """Return what the API shows of a leak test."""
    findings = tuple(Finding.model_validate(one) for one in row.findings)
    verdicts = {
        LeakKind.IP: LeakVerdict(row.ip_verdict),
        LeakKind.DNS: LeakVerdict(row.dns_verdict),
        LeakKind.WEBRTC: LeakVerdict(row.webrtc_verdict),
    }
    is_ours_to_fix = row.subject_kind == LeakSubject.BROWSER_PROFILE
    leaks_webrtc = verdicts[LeakKind.WEBRTC] is LeakVerdict.LEAK
    return LeakTestAnswer(
        id=row.id,
        ip_leak=VERDICTS_SHOWN[verdicts[LeakKind.IP]],
        dns_leak=VERDICTS_SHOWN[verdicts[LeakKind.DNS]],
        webrtc_leak=VERDICTS_SHOWN[verdicts[LeakKind.WEBRTC]],
        verdict=LeakVerdict(row.verdict),
        passed=has_passed(verdicts),
        scope=LeakScope(row.scope),
        subject=_subject_of(row),
        expected=Expected.model_validate(row.expected),
        findings=findings,
        fix=("webrtc",) if is_ours_to_fix and leaks_webrtc else (),
        exit_address=row.exit_address,
        exit_country=row.exit_country,
        problem=_problem_of(row),
        started_at=row.started_at,
        took_ms=row.took_ms,
        details=row.details,
    )


def describe_schedule(row: LeakTestSchedule) -> LeakScheduleAnswer:
    """Return what the API shows of a schedule."""
    return LeakScheduleAnswer(
        id=row.id,
        subject=_subject_of(row),
        expected=Expected.model_validate(row.request.get("expected") or {}),
        every_minutes=row.every_minutes,
        next_at=row.next_at,
        last_test_id=row.last_test_id,
        problem=_problem_of(row),
        created_at=row.created_at,
    )


def _subject_of(row: LeakTest | LeakTestSchedule) -> SubjectShown:
    return SubjectShown(
        kind=LeakSubject(row.subject_kind), id=row.subject_id, name=row.subject_name
    )


def _problem_of(row: LeakTest | LeakTestSchedule) -> LeakProblem | None:
    if row.error_code is None:
        return None
    return LeakProblem(error=row.error_code, message=row.error_message or "")


def _verdicts_of(ended: EndedTest) -> dict[LeakKind, LeakVerdict]:
    found = dict.fromkeys(LeakKind, LeakVerdict.INCONCLUSIVE)
    return found | {one.kind: one.verdict for one in ended.findings}


def _shown(verdict: str) -> bool | None:
    return VERDICTS_SHOWN[LeakVerdict(verdict)]


def _latest(ids: Collection[UUID]) -> Select[Any]:
    return (
        select(LeakTest)
        .where(
            LeakTest.subject_kind == LeakSubject.BROWSER_PROFILE,
            LeakTest.subject_id.in_(ids),
            LeakTest.error_code.is_(None),
        )
        .ext(distinct_on(LeakTest.subject_id))
        .order_by(LeakTest.subject_id, LeakTest.created_at.desc(), LeakTest.id.desc())
    )


def _about(query: Select[Any], subject_id: str) -> Select[Any]:
    try:
        return query.where(LeakTest.subject_id == UUID(subject_id))
    except ValueError:
        return query.where(LeakTest.subject_name == subject_id)
