"""python -m deployments.bench.latency: from the click to the first line of a flow."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from prefect import flow
from prefect.client.orchestration import get_client

from config.errors import UnreachableError
from deployments.prefect_environment import enter_client_environment
from deployments.registry import Registration, apply_registry
from flows.dispatch import find_flow_run, run_attached
from tasks.clients.prefect_server import prefect_server, read_record

SAMPLES = 15
LONGEST = timedelta(seconds=30)
_MODULE = "deployments.bench.latency"
_PROBES = (
    Registration(
        flow_name="latency-by-worker",
        entrypoint=f"{_MODULE}.note_by_worker",
        through_worker=True,
    ),
    Registration(
        flow_name="latency-attached",
        entrypoint=f"{_MODULE}.note_attached",
        through_worker=False,
    ),
)


@flow(name="latency-by-worker")
def note_by_worker(trace: str) -> None:
    """Note when the first line runs."""
    _note(trace)


@flow(name="latency-attached")
async def note_attached(trace: str) -> None:
    """Note when the first line runs."""
    _note(trace)


def measure_latency(samples: int = SAMPLES) -> dict[str, float]:
    """
    Return seconds from both ways, on the running stack.

    One run of each comes first and is not counted, since a click on a stack that has
    run for a while is what matters.

    Raises:
        UnreachableError: Prefect does not answer, or no worker takes the runs.
        SetupError: No stack runs and no Prefect server is named.
    """
    enter_client_environment()
    apply_registry(_PROBES)
    try:
        with TemporaryDirectory(prefix="muster-latency-") as folder:
            trace = Path(folder) / "first_line"
            by_worker = _repeat(samples, trace, _click_for_worker)
            attached = _repeat(samples, trace, _click_for_attached)
    finally:
        _remove_probes()
    return _figures("attached flow", attached) | _figures("by worker", by_worker)


def _figures(title: str, seconds: list[float]) -> dict[str, float]:
    return {
        f"{title}, {name}": round(value, 3)
        for name, value in (
            ("median s", median(seconds)),
            ("lowest s", min(seconds)),
            ("highest s", max(seconds)),
            ("runs", len(seconds)),
        )
    }


def _repeat(
    samples: int, trace: Path, click: Callable[[dict[str, Any]], None]
) -> list[float]:
    seconds = []
    for _ in range(samples + 1):
        clicked_at = time.time()
        click({"trace": str(trace)})
        seconds.append(float(trace.read_text()) - clicked_at)
        trace.unlink()
    return seconds[1:]


def _click_for_attached(parameters: dict[str, Any]) -> None:
    asyncio.run(run_attached(note_attached, parameters=parameters, timeout=LONGEST))


def _click_for_worker(parameters: dict[str, Any]) -> None:
    answer = prefect_server().create_flow_run(
        "latency-by-worker/default", parameters=parameters
    )
    flow_run_id, deadline = read_record(answer).id, time.monotonic() + 30
    while (found := find_flow_run(flow_run_id)) and not found.state.is_final:
        if time.monotonic() > deadline:
            raise UnreachableError("no worker took the run; see that the stack runs")
        Event().wait(0.2)


def _note(trace: str) -> None:
    written = Path(f"{trace}.new")
    written.write_text(f"{time.time()}")
    written.replace(trace)


def _remove_probes() -> None:
    with get_client(sync_client=True) as client:
        for probe in _PROBES:
            found = client.read_deployment_by_name(f"{probe.flow_name}/default")
            client.delete_deployment(found.id)


if __name__ == "__main__":
    for name, figure in measure_latency().items():
        print(f"{name}: {figure}")  # noqa: T201 - this is its answer
