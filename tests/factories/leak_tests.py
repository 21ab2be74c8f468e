"""Leak tests that were kept, as old as wished."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from config.clock import now
from config.vocabulary import LeakKind, LeakScope, LeakSubject, LeakVerdict
from tasks.database import transaction
from tasks.leak_tests.keep import keep_ended
from tasks.leak_tests.schemas import (
    EndedTest,
    Expected,
    Finding,
    LeakProblem,
    LeakTestAnswer,
    SubjectShown,
)

SHOWN = (LeakKind.IP, LeakKind.DNS, LeakKind.WEBRTC)
CLEAN = LeakVerdict.CLEAN


def create_leak_test(
    browser_profile_id: UUID,
    *,
    verdicts: tuple[LeakVerdict, LeakVerdict, LeakVerdict] = (CLEAN, CLEAN, CLEAN),
    problem: LeakProblem | None = None,
    age: timedelta = timedelta(0),
) -> LeakTestAnswer:
    """Keep a leak test of a browser profile that ended some time ago."""
    ended = EndedTest(
        subject=SubjectShown(
            kind=LeakSubject.BROWSER_PROFILE, id=browser_profile_id, name="Sample"
        ),
        scope=LeakScope.BROWSER,
        expected=Expected(),
        findings=tuple(
            Finding(kind=kind, verdict=verdict, means="looked at")
            for kind, verdict in zip(SHOWN, verdicts, strict=True)
        ),
        exit_address="203.0.113.5",
        exit_country=None,
        problem=problem,
        started_at=now() - age,
        took_ms=300,
        details={},
    )
    kept = keep_ended(ended)
    with transaction() as session:
        session.execute(
            text("UPDATE leak_tests SET created_at = :at WHERE id = :id"),
            {"at": now() - age, "id": kept.id},
        )
    return kept
