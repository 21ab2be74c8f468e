"""The warm worker against a real Prefect server: start, cancel, death of either."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from uuid import UUID

import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId

from deployments.warm_worker import is_lost
from flows.dispatch import cancel_flow_run, find_flow_run
from tasks.clients.prefect_server import prefect_server, read_record
from tests.fixtures.prefect import wait_for

StartWorker = Callable[[], Popen[bytes]]


def _create(deployment: str, trace: Path) -> UUID:
    answer = prefect_server().create_flow_run(
        f"{deployment}/default", parameters={"trace": str(trace)}
    )
    return read_record(answer).id


def _is(flow_run_id: UUID, state: str) -> Callable[[], bool]:
    def is_so() -> bool:
        flow_run = find_flow_run(flow_run_id)
        return flow_run is not None and flow_run.state.type == state

    return is_so


def _processes_of(trace: Path) -> tuple[int, int]:
    """Wait for the long flow's first line; return its own pid and its child's."""
    wait_for(lambda: trace.exists() and trace.read_text().endswith("\n"))
    own, child = trace.read_text().splitlines()[0].split()
    return int(own), int(child)


def _is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_what_is_forked_from_has_one_thread_and_nothing_open() -> None:
    """A fork copies memory but no threads, and shares every connection."""
    code = (
        "import importlib, threading\n"
        "from config import connections\n"
        "from deployments.warm_fork import FLOW_MODULES, PRELOAD\n"
        "import deployments.worker\n"
        "for name in (*PRELOAD, *FLOW_MODULES): importlib.import_module(name)\n"
        "opened = connections.engine, connections.redis_client\n"
        "print(threading.active_count(), *(o.cache_info().currsize for o in opened))"
    )
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert told.stdout.split() == ["1", "0", "0"]


def test_the_server_of_the_pinned_prefect_imports() -> None:
    """Newer FastAPI versions make `prefect server start` fail on import."""
    code = "from prefect.server.api.server import create_app; create_app()"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - ours


def test_a_flow_run_is_carried_out(start_worker: StartWorker, tmp_path: Path) -> None:
    start_worker()
    flow_run_id = _create("sample-short", tmp_path / "trace")
    wait_for(_is(flow_run_id, "COMPLETED"))
    assert len((tmp_path / "trace").read_text().splitlines()) == 1


def test_cancelling_ends_the_processes_a_flow_started(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    start_worker()
    flow_run_id = _create("sample-long", tmp_path / "trace")
    own, child = _processes_of(tmp_path / "trace")
    cancel_flow_run(flow_run_id)
    wait_for(_is(flow_run_id, "CANCELLED"))
    wait_for(lambda: _is_gone(own) and _is_gone(child))


def test_a_killed_run_is_taken_up_again(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    start_worker()
    flow_run_id = _create("sample-long", tmp_path / "trace")
    own, child = _processes_of(tmp_path / "trace")
    os.kill(own, signal.SIGKILL)
    wait_for(_is(flow_run_id, "COMPLETED"))
    assert (tmp_path / "trace").read_text().splitlines()[1:] == ["again 2"]
    wait_for(lambda: _is_gone(child))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_worker_ends_the_next_takes_up_its_runs(
    start_worker: StartWorker, tmp_path: Path, number: signal.Signals
) -> None:
    """However the worker ends, nothing it started outlives it by more than seconds."""
    worker = start_worker()
    flow_run_id = _create("sample-long", tmp_path / "trace")
    own, child = _processes_of(tmp_path / "trace")
    descendants = psutil.Process(worker.pid).children(recursive=True)
    worker.send_signal(number)
    wait_for(lambda: worker.poll() is not None, seconds=15)
    wait_for(lambda: all(_is_gone(one.pid) for one in descendants), seconds=15)
    assert _is_gone(own)
    assert _is_gone(child)
    start_worker()
    wait_for(_is(flow_run_id, "COMPLETED"))
    assert (tmp_path / "trace").read_text().splitlines()[1:] == ["again 2"]


def test_what_was_killed_with_its_worker_is_reported_by_the_next(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    """Nobody is left to say that the run has crashed, but the worker that comes."""
    worker = start_worker()
    flow_run_id = _create("sample-long", tmp_path / "trace")
    _processes_of(tmp_path / "trace")
    wait_for(lambda: _knows_its_process(flow_run_id))
    descendants = psutil.Process(worker.pid).children(recursive=True)
    for one in (*descendants, worker):
        one.kill()
    wait_for(lambda: worker.poll() is not None)
    assert _is(flow_run_id, "RUNNING")()
    start_worker()
    wait_for(_is(flow_run_id, "COMPLETED"))
    assert (tmp_path / "trace").read_text().splitlines()[1:] == ["again 2"]


def _knows_its_process(flow_run_id: UUID) -> bool:
    with get_client(sync_client=True) as client:
        return bool(client.read_flow_run(flow_run_id).infrastructure_pid)


@pytest.mark.parametrize(
    "process", [None, "", "4711", "another:999999999", f"ours:{os.getpid()}"]
)
def test_a_process_that_is_there_or_not_ours_is_not_lost(process: str | None) -> None:
    assert not is_lost(process, worker="ours")
    assert is_lost("ours:999999999", worker="ours")


def test_the_worker_outlives_its_warm_process(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker()
    (warm,) = psutil.Process(worker.pid).children()
    warm.kill()
    wait_for(lambda: not psutil.pid_exists(warm.pid))
    flow_run_id = _create("sample-short", tmp_path / "trace")
    wait_for(_is(flow_run_id, "COMPLETED"))
    (second,) = psutil.Process(worker.pid).children()
    second.kill()
    wait_for(lambda: not psutil.pid_exists(second.pid))
    flow_run_id = _create("sample-short", tmp_path / "trace")
    wait_for(_is(flow_run_id, "COMPLETED"))


def test_worker_and_warm_process_share_the_memory_of_one_import(
    start_worker: StartWorker,
) -> None:
    """Linux tells what nobody else has; the imports alone take over 100 MiB."""
    worker = psutil.Process(start_worker().pid)
    (warm,) = worker.children()
    assert warm.cmdline() == worker.cmdline()
    assert warm.memory_full_info().uss < warm.memory_info().rss / 2
    assert os.getsid(warm.pid) == warm.pid


def test_what_a_run_said_last_reaches_prefect(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    """A run ends without taking its objects apart, but sends what waits first."""
    start_worker()
    flow_run_id = _create("sample-short", tmp_path / "trace")
    wait_for(_is(flow_run_id, "COMPLETED"))
    said = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id]))

    def has_ended() -> bool:
        with get_client(sync_client=True) as client:
            lines = client.read_logs(said)
        return any("Finished in state" in line.message for line in lines)

    wait_for(has_ended)


def test_a_run_that_waits_for_a_worker_is_cancelled_at_once(
    deployed_samples: object, tmp_path: Path
) -> None:
    assert deployed_samples
    flow_run_id = _create("sample-short", tmp_path / "trace")
    cancel_flow_run(flow_run_id)
    assert _is(flow_run_id, "CANCELLED")()
