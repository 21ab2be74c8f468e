"""The one door to Prefect: start, cancel and look up flow runs."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from prefect import Flow
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import run_flow_async

from config.correlation import correlation_tags
from config.errors import UnreachableError
from config.settings import settings
from tasks.clients.prefect_server import (
    FlowRunRecord,
    prefect_failures_named,
    prefect_server,
    read_record,
)

CAMPAIGN_RUN = "campaign-run/default"
REVIEW_BATCH = "review-batch/default"
CAMPAIGN_RESCORING = "campaign-rescoring/default"
LIKELIHOOD_TRAINING = "likelihood-training/default"
ATTACHED_AT_ONCE = 16
_LONGEST_CHAIN = 20

Result = TypeVar("Result")


class FlowTimedOutError(UnreachableError):
    """A short flow did not come to its end in the time it was given."""

    code = "flow_timed_out"


def dispatch_campaign_run(campaign_run_id: UUID, *, attempt: int = 0) -> UUID:
    """
    Have a worker run a campaign run, and return the flow run's id.

    Safe to repeat: as long as a flow run made for this `attempt` may still go on, its
    id is returned and nothing new is started.

    Args:
        campaign_run_id: The run; its row is there already and stays `queued` if this
            fails, so that the watchdog dispatches it later.
        attempt: How often the run has been taken up so far.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    return _dispatch_once(
        CAMPAIGN_RUN,
        {"campaign_run_id": str(campaign_run_id)},
        name=f"campaign-run-{campaign_run_id}",
        attempt=attempt,
    )


def dispatch_review_batch(batch_id: UUID, *, attempt: int = 0) -> UUID:
    """
    Have a worker carry out a batch of decisions, and return the flow run's id.

    Safe to repeat, as `dispatch_campaign_run` is.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    return _dispatch_once(
        REVIEW_BATCH,
        {"batch_id": str(batch_id)},
        name=f"review-batch-{batch_id}",
        attempt=attempt,
    )


def dispatch_campaign_rescoring(campaign_id: UUID, *, version: int) -> UUID:
    """
    Have a worker score a campaign's public profiles anew; return the flow run's id.

    Safe to repeat, as `dispatch_campaign_run` is.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    return _dispatch_once(
        CAMPAIGN_RESCORING,
        {"campaign_id": str(campaign_id)},
        name=f"campaign-rescoring-{campaign_id}",
        attempt=version,
    )


def dispatch_likelihood_training(campaign_id: UUID, *, version: str) -> UUID:
    """
    Have a worker learn from a campaign's decisions, and return the flow run's id.

    Safe to repeat, as `dispatch_campaign_run` is.

    Args:
        campaign_id: The campaign.
        version: Of its decisions; the same is learned from once at a time.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    return _dispatch_once(
        LIKELIHOOD_TRAINING,
        {"campaign_id": str(campaign_id)},
        name=f"likelihood-training-{campaign_id}",
        attempt=version,
    )


def cancel_flow_run(flow_run_id: UUID) -> None:
    """
    Stop a flow run and every process it started; nothing happens if it has ended.

    Returns when Prefect has noted the wish; the processes get 30 s to end by
    themselves.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    flow_run = find_flow_run(flow_run_id)
    if flow_run is None or flow_run.state.is_final:
        return
    message = "Cancelled by a person."
    if flow_run.state.type == "SCHEDULED":
        # A run that waits to be taken up again has no process any more, but Prefect
        # would wait five minutes for the old one.
        prefect_server().set_state(
            flow_run_id, "CANCELLED", message=message, force=True
        )
    else:
        prefect_server().set_state(flow_run_id, "CANCELLING", message=message)


def find_flow_run(flow_run_id: UUID) -> FlowRunRecord | None:
    """
    Return a flow run with its state, or nothing if Prefect does not know it.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    return prefect_server().read_flow_run(flow_run_id)


def report_crashed(flow_run_id: UUID, *, message: str) -> None:
    """
    Note that a flow run's process is gone; Prefect then schedules it again.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    prefect_server().set_state(flow_run_id, "CRASHED", message=message, force=True)


async def run_attached(
    flow: Flow[..., Any],
    *,
    parameters: Mapping[str, Any],
    timeout: timedelta,  # noqa: ASYNC109 - it is the flow's, and Prefect keeps it
) -> Any:
    """
    Run a short async flow in this process, and return its result.

    It is a run of its deployment with state and logs in Prefect, but has no process of
    its own: it cannot be cancelled from outside and ends with this process. It runs on
    a thread, so neither Prefect's blocking calls nor its signal handlers touch the
    caller's loop.

    Args:
        flow: A short interactive flow; its deployment is `<name>/default`.
        parameters: The flow's arguments, ready for JSON.
        timeout: Longest run of the flow.

    Raises:
        FlowTimedOutError: The flow took longer.
        UnreachableError: Prefect does not answer.
        ApplicationError: Whatever the flow itself raised.
    """
    work = partial(_run_here, flow, dict(parameters), timeout)
    # With the caller's context, so that log lines carry the correlation id.
    work = partial(copy_context().run, work)
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


def _dispatch_once(
    deployment: str, parameters: dict[str, Any], *, name: str, attempt: int | str
) -> UUID:
    key = f"{name}-{attempt}"
    for _ in range(_LONGEST_CHAIN):
        flow_run = read_record(
            prefect_server().create_flow_run(
                deployment,
                parameters=parameters,
                idempotency_key=key,
                tags=correlation_tags(),
            )
        )
        if not flow_run.state.is_final:
            break
        key = f"{name}-after-{flow_run.id}"
    return flow_run.id


def _run_here(
    flow: Flow[..., Any], parameters: dict[str, Any], timeout: timedelta
) -> Any:
    answer = prefect_server().create_flow_run(
        f"{flow.name}/default",
        parameters=parameters,
        state="PENDING",
        tags=correlation_tags(),
    )
    # Without its deployment the engine does not watch for a suspension, which would
    # cost a WebSocket and 0.2 s a run; the server's record keeps it.
    flow_run = FlowRun.model_validate({**answer, "deployment_id": None})
    # A place for results, though none are kept: else each run asks the server for one,
    # and leaves that connection open.
    bounded = flow.with_options(
        timeout_seconds=timeout.total_seconds(),
        persist_result=False,
        result_storage=settings().home / "prefect" / "results",
    )
    try:
        with prefect_failures_named():
            return asyncio.run(
                run_flow_async(bounded, flow_run=flow_run, parameters=parameters)
            )
    except TimeoutError as late:
        raise FlowTimedOutError(
            f"{flow.name} did not end within {timeout.total_seconds():g} s; try again"
        ) from late


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(ATTACHED_AT_ONCE, thread_name_prefix="attached-flow")
