"""Keep a leak test, and tell of it."""

from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.types import LeakTestEnded
from tasks.leak_tests.repository import add_leak_test
from tasks.leak_tests.schemas import EndedTest, LeakTestAnswer


def keep_ended(ended: EndedTest) -> LeakTestAnswer:
    """Keep a leak test that came to its end and record its event, both or neither."""
    with transaction() as session:
        answer = add_leak_test(session, ended)
        told = LeakTestEnded(
            campaign_id=None,
            leak_test_id=answer.id,
            subject_kind=answer.subject.kind,
            verdict=answer.verdict,
            scope=answer.scope,
            subject_id=answer.subject.id,
            name=answer.subject.name,
            ip_leak=answer.ip_leak,
            dns_leak=answer.dns_leak,
            webrtc_leak=answer.webrtc_leak,
            error=answer.problem.error if answer.problem else None,
        )
        record_event(session, told)
    return answer
