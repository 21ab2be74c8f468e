"""Which errors a Prefect task may be run again for: the error itself decides."""

from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun

from config.errors import ApplicationError


def only_if_retryable(
    _task: Task[..., Any], _task_run: TaskRun, state: State[Any]
) -> bool:
    """Return whether a repeat may help; an error we have no word for is a defect."""
    error = getattr(state.data, "result", state.data)
    return isinstance(error, ApplicationError) and error.retryable
