"""A Prefect worker that forks its flow runs from a warm process, woken by events."""

import asyncio
from typing import Any, ClassVar
from uuid import UUID

import anyio
import anyio.abc
import httpx
import psutil
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.states import Crashed
from prefect.workers.base import BaseWorker
from prefect.workers.process import (
    ProcessJobConfiguration,
    ProcessVariables,
    ProcessWorkerResult,
)
from typing_extensions import override

from deployments.warm_client import WarmProcess
from deployments.warm_execution import WarmExecution
from deployments.warm_fork import FLOW_MODULES, ForkedWarmProcess

_OF_FLOW_RUN = "prefect.flow-run."
_CANCELLING = f"{_OF_FLOW_RUN}Cancelling"
_DUE = [f"{_OF_FLOW_RUN}{name}" for name in ("Scheduled", "AwaitingRetry", "Late")]
_EVENTS = EventFilter(event=EventNameFilter(name=[_CANCELLING, *_DUE]))
_SECONDS_UNTIL_NEXT_SUBSCRIPTION = 2.0


class WarmWorker(
    BaseWorker[ProcessJobConfiguration, ProcessVariables, ProcessWorkerResult]
):
    """
    Starts flow runs within a second, by events; polling is its safety net.

    Everything that hears of events is made anew when it fails, so an outage of Prefect,
    however long, leaves the worker as it was.
    """

    type = "warm-process"
    job_configuration = ProcessJobConfiguration
    job_configuration_variables = ProcessVariables
    flow_modules: ClassVar[tuple[str, ...]] = FLOW_MODULES
    forked: ClassVar[ForkedWarmProcess | None] = None
    """The first warm process, if this one forked it before it had threads."""

    _display_name = "Warm process"
    _description = "Runs flows in processes forked from a warm one."

    @override
    async def setup(self) -> None:
        """Connect, warm up and listen."""
        self._polling, self._woken = asyncio.Lock(), asyncio.Event()
        await super().setup()
        self._execution = await self._exit_stack.enter_async_context(
            WarmExecution(
                self.client,
                name=self.name,
                warm=WarmProcess(self.flow_modules, self.forked),
            )
        )
        self._tasks = await self._exit_stack.enter_async_context(
            anyio.create_task_group()
        )
        self._exit_stack.callback(self._tasks.cancel_scope.cancel)
        self._tasks.start_soon(self._report_lost)
        self._tasks.start_soon(self._listen)
        self._tasks.start_soon(self._poll_when_woken)

    @override
    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Fork the flow run's process, and return when it has ended."""
        environment = {
            name: value
            for name, value in configuration.env.items()
            if value is not None
        }
        ended = await self._execution.carry_out(
            flow_run, environment, started=task_status or anyio.TASK_STATUS_IGNORED
        )
        # A crash was reported already. A second report, from the code that calls this,
        # might hit the run when it has been taken up again.
        return ProcessWorkerResult(status_code=0, identifier=str(ended.handle.pid))

    @override
    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Start what is due and cancel what was missed; an outage is waited out."""
        async with self._polling:
            try:
                await self._cancel_missed()
                return await super().get_and_submit_flow_runs()
            except httpx.HTTPError as lost:
                self._logger.warning("Prefect does not answer: %r", lost)
                return []

    @override
    async def _submit_scheduled_flow_runs(
        self, flow_run_response: list[WorkerFlowRunResponse]
    ) -> list[FlowRun]:
        # A run may be due again before its crash is dealt with to the end, or while its
        # process hangs. Prefect's worker fails on it; ours ends it and is woken then.
        held = set(self.limiter.statistics().borrowers)
        for one in flow_run_response:
            if one.flow_run.id in held:
                await self._execution.kill(one.flow_run.id)
        free = [one for one in flow_run_response if one.flow_run.id not in held]
        return await super()._submit_scheduled_flow_runs(free)

    @override
    def _release_limit_slot(self, flow_run_id: UUID) -> None:
        super()._release_limit_slot(flow_run_id)
        self._woken.set()

    @override
    async def _give_worker_labels_to_flow_run(self, flow_run_id: UUID) -> None:
        """Save a request for each run; nothing of ours reads the labels."""

    @override
    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Save another; the run is forked and running a moment later."""

    @override
    async def _sync_and_initialize(self) -> None:
        try:
            await super()._sync_and_initialize()
        except httpx.HTTPError as lost:
            self._logger.warning("Prefect hears no sign of life from us: %r", lost)

    async def _poll_when_woken(self) -> None:
        while await self._woken.wait():
            self._woken.clear()
            await self.get_and_submit_flow_runs()

    async def _listen(self) -> None:
        while True:
            try:
                async with get_events_subscriber(_EVENTS) as events:
                    self._woken.set()
                    async for event in events:
                        if event.event == _CANCELLING:
                            flow_run = event.resource.id.removeprefix(_OF_FLOW_RUN)
                            self._tasks.start_soon(self._cancel, UUID(flow_run))
                        else:
                            self._woken.set()
            except Exception as lost:  # noqa: BLE001 - whatever it is, polling goes on
                self._logger.warning("Prefect's events are lost for now: %r", lost)
            await anyio.sleep(_SECONDS_UNTIL_NEXT_SUBSCRIPTION)

    async def _report_lost(self) -> None:
        """
        Tell Prefect of flow runs that a worker of our name left when it was killed.

        It schedules them again at once; else they go on when the watchdog misses them.
        """
        at_work = [StateType.PENDING, StateType.RUNNING]
        try:
            left = await self.client.read_flow_runs(
                flow_run_filter=FlowRunFilter(
                    state=FlowRunFilterState(type=FlowRunFilterStateType(any_=at_work))
                ),
                work_pool_filter=WorkPoolFilter(
                    name=WorkPoolFilterName(any_=[self._work_pool_name])
                ),
            )
            for flow_run in left:
                if is_lost(flow_run.infrastructure_pid, worker=self.name):
                    state: State[Any] = Crashed(message="Its worker was killed.")
                    await self.client.set_flow_run_state(flow_run.id, state, force=True)
        except httpx.HTTPError as lost:
            self._logger.warning("runs of the worker before wait: %r", lost)

    async def _cancel_missed(self) -> None:
        if not (running := self._execution.to_watch()):
            return
        cancelling = FlowRunFilterStateType(any_=[StateType.CANCELLING])
        missed = await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=list(running)),
                state=FlowRunFilterState(type=cancelling),
            )
        )
        for flow_run in missed:
            self._tasks.start_soon(self._cancel, flow_run.id)

    async def _cancel(self, flow_run_id: UUID) -> None:
        try:
            await self._execution.cancel(flow_run_id)
        except httpx.HTTPError as lost:
            self._logger.warning("a cancellation has to wait: %r", lost)


def is_lost(process: str | None, *, worker: str) -> bool:
    """
    Return whether the process of a flow run was a worker's and is gone.

    Args:
        process: As the worker told it to Prefect, `name:4711`.
        worker: The name of those whose processes are on this machine.
    """
    name, _, number = (process or "").rpartition(":")
    return name == worker and number.isdigit() and not psutil.pid_exists(int(number))
