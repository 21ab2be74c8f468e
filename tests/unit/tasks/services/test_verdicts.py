"""What is found of a service says how it does."""

from datetime import UTC, datetime, timedelta

import pytest

from config.errors import UnreachableError
from config.vocabulary import ServiceState
from tasks.clients.prefect_server import WorkerRecord
from tasks.services.lookout import LateError, Sighting
from tasks.services.schemas import EventLag, Finding
from tasks.services.verdicts import (
    describe_sighting,
    judge_all,
    judge_disk,
    judge_relay,
    judge_workers,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OK, DEGRADED, DOWN, UNKNOWN = (
    ServiceState.OK,
    ServiceState.DEGRADED,
    ServiceState.DOWN,
    ServiceState.UNKNOWN,
)


def worker(*, heard: timedelta | None, status: str = "ONLINE") -> WorkerRecord:
    return WorkerRecord(
        name="one",
        status=status,
        last_heartbeat_time=None if heard is None else NOON - heard,
    )


@pytest.mark.parametrize(
    ("lag", "state"),
    [
        (EventLag(0, 0, 0.0, 1), OK),
        (EventLag(20, 30, 0.4, 2), OK),
        (EventLag(600, 400, 0.4, 1), DEGRADED),
        (EventLag(1, 0, 10.5, 1), DEGRADED),
        (EventLag(0, 0, 0.0, 0), DOWN),
    ],
)
def test_a_relay_is_judged_by_what_waits_and_for_how_long(
    lag: EventLag, state: ServiceState
) -> None:
    assert judge_relay(lag).state is state


@pytest.mark.parametrize(
    ("workers", "state"),
    [
        ([], DOWN),
        ([worker(heard=timedelta(seconds=5), status="OFFLINE")], DOWN),
        ([worker(heard=None)], DOWN),
        ([worker(heard=timedelta(seconds=31))], OK),
        ([worker(heard=timedelta(seconds=80))], DEGRADED),
        ([worker(heard=timedelta(seconds=80)), worker(heard=timedelta())], OK),
    ],
)
def test_workers_are_judged_by_the_last_sign_of_life(
    workers: list[WorkerRecord], state: ServiceState
) -> None:
    assert judge_workers(workers, now=NOON).state is state


@pytest.mark.parametrize(
    ("mebibytes", "state"), [(100, DOWN), (1_000, DEGRADED), (9_000, OK)]
)
def test_a_disk_is_judged_by_what_is_free(mebibytes: int, state: ServiceState) -> None:
    assert judge_disk(mebibytes << 20).state is state


def test_a_failure_is_told_by_our_words_or_not_at_all() -> None:
    ours = describe_sighting(Sighting(None, UnreachableError("it is away"), 0.0214))
    assert (ours.status, ours.message, ours.latency_ms) == (DOWN, "it is away", 21.4)
    theirs = describe_sighting(Sighting(None, OSError("/secret/path"), 0.1))
    assert theirs.status is DOWN
    assert "secret" not in theirs.message
    late = describe_sighting(Sighting(None, LateError(3), 3))
    assert (late.status, late.latency_ms) == (DOWN, 3_000)
    well = describe_sighting(Sighting(Finding(OK, "it answers"), None, 0.001))
    assert (well.status, well.message) == (OK, "it answers")


def test_all_is_down_only_without_database_or_redis() -> None:
    well = {"database": OK, "redis": OK, "worker": OK}
    assert judge_all(well) is OK
    assert judge_all(well | {"worker": DOWN}) is DEGRADED
    assert judge_all(well | {"worker": UNKNOWN}) is DEGRADED
    assert judge_all(well | {"redis": DOWN}) is DOWN
    assert judge_all(well | {"database": DEGRADED}) is DEGRADED
