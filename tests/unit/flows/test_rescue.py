"""What becomes of a silent campaign run, for each state of its flow run."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from flows.rescue import Rescue, decide_rescue
from tasks.clients.prefect_server import FlowRunRecord, read_record

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SILENCE = timedelta(seconds=15)


def _flow_run(
    state: str, *, seconds: float, work_pool: str | None = "muster"
) -> FlowRunRecord:
    since = NOON - timedelta(seconds=seconds)
    return read_record(
        {
            "id": uuid4(),
            "state": {"type": state, "name": state.title(), "timestamp": since},
            "work_pool_name": work_pool,
        }
    )


def test_a_run_never_dispatched_is_dispatched() -> None:
    assert decide_rescue(None, silence=SILENCE, now=NOON) is Rescue.DISPATCH


@pytest.mark.parametrize(
    ("state", "seconds", "rescue"),
    [
        ("SCHEDULED", 3600, Rescue.WAIT),
        ("PAUSED", 3600, Rescue.WAIT),
        ("PENDING", 29, Rescue.WAIT),
        ("PENDING", 30, Rescue.REPORT_CRASHED),
        ("RUNNING", 14, Rescue.WAIT),
        ("RUNNING", 15, Rescue.REPORT_CRASHED),
        ("CANCELLING", 15, Rescue.REPORT_CRASHED),
        ("CRASHED", 4, Rescue.WAIT),
        ("CRASHED", 5, Rescue.DISPATCH),
        ("COMPLETED", 0, Rescue.DISPATCH),
        ("FAILED", 0, Rescue.DISPATCH),
        ("CANCELLED", 0, Rescue.DISPATCH),
    ],
)
def test_a_silent_run_is_rescued_by_the_state_of_its_flow_run(
    state: str, seconds: float, rescue: Rescue
) -> None:
    flow_run = _flow_run(state, seconds=seconds)
    assert decide_rescue(flow_run, silence=SILENCE, now=NOON) is rescue


def test_a_flow_run_that_waits_in_a_pool_that_is_gone_is_dispatched_anew() -> None:
    lost = _flow_run("SCHEDULED", seconds=0, work_pool=None)
    assert decide_rescue(lost, silence=SILENCE, now=NOON) is Rescue.DISPATCH
