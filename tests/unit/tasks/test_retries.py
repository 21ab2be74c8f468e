"""A task is run again when its error says that this may help, and only then."""

import pytest
from prefect import task
from prefect.client.schemas.objects import State, StateType, TaskRun

from config.errors import BusyError, ConflictError, UnreachableError
from tasks.retries import only_if_retryable


@task
def _anything() -> None:
    """Stand for any task."""


def _failed(error: BaseException | None) -> State[object]:
    return State(type=StateType.FAILED, data=error)


@pytest.mark.parametrize(
    "error", [UnreachableError("no answer"), BusyError("slow down")]
)
def test_a_passing_trouble_is_tried_again(error: Exception) -> None:
    assert only_if_retryable(_anything, TaskRun.model_construct(), _failed(error))


@pytest.mark.parametrize("error", [ConflictError("taken"), ValueError("defect"), None])
def test_anything_else_is_not(error: Exception | None) -> None:
    assert not only_if_retryable(_anything, TaskRun.model_construct(), _failed(error))
