"""
How a warm worker carries out and cancels one flow run, from Prefect's own parts.

`prefect.runner._*` are what Prefect builds its own ways of execution from, without a
promise of stability. They are used here and nowhere else; Prefect is pinned, the
integration tests cover start, cancel and crash, and `MUSTER_PREFECT__WORKER=process`
goes back to the stock worker with the same flows and deployments.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.flows import load_flow_from_flow_run
from prefect.runner._cancellation_manager import CancellationManager
from prefect.runner._control_channel import ControlChannel
from prefect.runner._event_emitter import EventEmitter
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutor
from prefect.runner._hook_runner import HookRunner
from prefect.runner._process_manager import (
    ProcessHandle,
    ProcessManager,
    create_isolated_termination_scope,
)
from prefect.runner._state_proposer import StateProposer

from deployments.warm_client import WarmProcess

Started = anyio.abc.TaskStatus[Any]


class WarmExecution:
    """All flow runs of one worker: their processes, and how to end them."""

    def __init__(self, client: PrefectClient, *, name: str, warm: WarmProcess) -> None:
        self._client, self._name = client, name
        self._stack = AsyncExitStack()
        self._warm = warm
        self._control = ControlChannel()
        self._emitter = EventEmitter(runner_name=name, client=client)
        self._processes = ProcessManager(on_remove=self._forget)
        self._proposer = StateProposer(client=client)
        self._hooks = HookRunner(resolve_flow=load_flow_from_flow_run)
        self._cancelled: set[UUID] = set()

    async def __aenter__(self) -> Self:
        """Connect and warm up."""
        await self._stack.enter_async_context(self._control)
        await self._stack.enter_async_context(self._emitter)
        await self._stack.enter_async_context(self._warm)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what runs, then the connections."""
        with anyio.CancelScope(shield=True):
            await self._stack.__aexit__(kind, error, trace)

    def to_watch(self) -> set[UUID]:
        """Return the flow runs under way that nobody has cancelled yet."""
        return self._processes.flow_run_ids() - self._cancelled

    async def carry_out(
        self, flow_run: FlowRun, environment: Mapping[str, str], *, started: Started
    ) -> FlowRunExecutionResult:
        """
        Fork the flow run's process, tell its id, and return when it has ended.

        Raises:
            RuntimeError: It could not be started.
        """
        executor = FlowRunExecutor(
            flow_run=flow_run,
            starter=_Starter(self._warm, self._control, environment),
            process_manager=self._processes,
            state_proposer=self._proposer,
            hook_runner=self._hooks,
            propose_submitting=False,
            get_attempt_conclusion=self._control.get_conclusion,
        )
        ended = await executor.submit(task_status=_TellPid(started, self._name))  # type: ignore[arg-type]  # the overload without a handle is never used
        if ended is None or ended.status_code is None:
            raise RuntimeError("the flow run's process could not be started")
        return ended

    async def kill(self, flow_run_id: UUID) -> None:
        """End a flow run's process group at once, if it is there."""
        if self._processes.get(flow_run_id) is not None:
            await self._processes.kill(flow_run_id, force=True)

    async def cancel(self, flow_run_id: UUID) -> None:
        """End a flow run's process group, if it is ours and somebody wants it ended."""
        if flow_run_id not in self.to_watch():
            return
        self._cancelled.add(flow_run_id)
        flow_run = await self._client.read_flow_run(flow_run_id)
        if flow_run.state is None or not flow_run.state.is_cancelling():
            self._cancelled.discard(flow_run_id)
            return
        await CancellationManager(
            process_manager=self._processes,
            hook_runner=self._hooks,
            state_proposer=self._proposer,
            event_emitter=self._emitter,
            client=self._client,
            control_channel=self._control,
        ).cancel(flow_run)

    async def _forget(self, flow_run_id: UUID) -> None:
        self._control.unregister(flow_run_id)
        self._cancelled.discard(flow_run_id)


@dataclass(frozen=True, slots=True)
class _Starter:
    """Prefect's `ProcessStarter`: start, hand over the handle, wait for the end."""

    warm: WarmProcess
    control: ControlChannel
    environment: Mapping[str, str]

    async def start(
        self, flow_run: FlowRun, task_status: Started = anyio.TASK_STATUS_IGNORED
    ) -> None:
        port, token = self.control.register(flow_run.id)
        environment = {
            **self.environment,
            "PREFECT__FLOW_RUN_ID": str(flow_run.id),
            "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
            "PREFECT__CONTROL_PORT": str(port),
            "PREFECT__CONTROL_TOKEN": token,
        }
        forked = await self.warm.fork(flow_run.id, environment)
        scope = create_isolated_termination_scope(forked.pid)
        handle = ProcessHandle(forked, termination_scope=scope)  # type: ignore[arg-type]  # it reads nothing but pid and returncode
        task_status.started(handle)
        await forked.wait()


@dataclass(frozen=True, slots=True)
class _TellPid:
    """The worker wants the process's id where Prefect's executor hands a handle."""

    started_with_pid: Started
    worker: str

    def started(self, handle: ProcessHandle) -> None:
        # With the worker's name, so that the next one of this name knows it again.
        self.started_with_pid.started(f"{self.worker}:{handle.pid}")
