"""Pure: a leak test that came to its end, by its findings or for want of them."""

from datetime import datetime
from typing import Any

from config.errors import ApplicationError
from config.vocabulary import LeakKind
from tasks.leak_tests.case import Case, because, unknown
from tasks.leak_tests.findings import Findings, Home
from tasks.leak_tests.schemas import EndedTest, LeakProblem
from tasks.leak_tests.verdict import judge

_NOT_LOOKED = "the test could not be carried out"


def end_test(
    begun: EndedTest,
    findings: Findings,
    *,
    home: Home | None,
    has_exit: bool,
    now: datetime,
) -> EndedTest:
    """Return a test with the verdicts about what was found."""
    case = Case(findings, begun.expected, home, has_exit, now)
    verdicts = judge(findings, begun.expected, home=home, has_exit=has_exit, now=now)
    return begun._replace(
        findings=verdicts,
        exit_address=str(case.exits[0]) if case.exits else None,
        exit_country=case.registered_in,
        details=_details(home, findings=findings.model_dump(mode="json")),
    )


def end_without_findings(
    begun: EndedTest, problem: ApplicationError, *, home: Home | None
) -> EndedTest:
    """Return a test that came to nothing: every kind is inconclusive, and says why."""
    why = because(problem.code, problem.message)
    return begun._replace(
        findings=tuple(unknown(kind, why, means=_NOT_LOOKED) for kind in LeakKind),
        problem=LeakProblem(error=problem.code, message=problem.message),
        details=_details(home),
    )


def _details(home: Home | None, **more: Any) -> dict[str, Any]:
    seen = home.model_dump(mode="json") if home else None
    return {"home": seen, **more}
