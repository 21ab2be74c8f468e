"""The Prefect server's REST API: create flow runs, read and change their state."""

import base64
import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import (
    InvalidError,
    NotFoundError,
    RefusedError,
    SetupError,
    UnreachableError,
    UnreadableError,
)
from config.once import Once
from config.settings import settings

_TIMEOUT_SECONDS = 10
_NUL = re.compile(r"(?<!\\)(\\\\)*\\u0000")
"""The NUL character as JSON writes it; not the six letters that look like it."""

StateType = Literal[
    "SCHEDULED",
    "PENDING",
    "RUNNING",
    "PAUSED",
    "CANCELLING",
    "COMPLETED",
    "FAILED",
    "CRASHED",
    "CANCELLED",
]
_FINAL: frozenset[StateType] = frozenset(
    {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
)


class FlowRunState(BaseModel):
    """Where a flow run stands."""

    model_config = ConfigDict(frozen=True)

    type: StateType
    name: str
    since: datetime = Field(validation_alias="timestamp")

    @property
    def is_final(self) -> bool:
        """Whether the flow run will not go on by itself."""
        return self.type in _FINAL


class FlowRunRecord(BaseModel):
    """What Prefect keeps of a flow run, as far as we need it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    state: FlowRunState
    work_pool_name: str | None = None
    tags: frozenset[str] = frozenset()

    @property
    def is_out_of_reach(self) -> bool:
        """Whether it waits for a work pool that is gone, so that no worker finds it."""
        return self.state.type == "SCHEDULED" and self.work_pool_name is None


class WorkerRecord(BaseModel):
    """What Prefect keeps of a worker, as far as we need it."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: str
    """`ONLINE` until three of its signs of life have failed to come."""

    last_heard_at: datetime | None = Field(
        default=None, validation_alias="last_heartbeat_time"
    )

    @property
    def is_online(self) -> bool:
        """Whether Prefect takes it to be there."""
        return self.status == "ONLINE"


class NotDeployedError(UnreachableError):
    """
    Prefect does not know the flow.

    Of the kind that passes: a worker deploys every flow when it starts.
    """

    code = "not_deployed"

    def __init__(self, deployment: str) -> None:
        super().__init__(
            f"Prefect does not know {deployment} yet; a worker tells it when it starts"
        )


class OtherVersionError(UnreadableError):
    """Prefect answers in a form we do not know."""

    def __init__(self) -> None:
        super().__init__("Prefect answers in an unknown form; is it version 3.8.8?")


class PrefectServer:
    """Source: Prefect 3.8.8 REST API, `/deployments` and `/flow_runs`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._deployment_ids: dict[str, str] = {}

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def create_flow_run(
        self,
        deployment: str,
        *,
        parameters: Mapping[str, Any],
        state: Literal["SCHEDULED", "PENDING"] = "SCHEDULED",
        idempotency_key: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> Mapping[str, Any]:
        """
        Create a flow run of a deployment and return Prefect's whole answer.

        Args:
            deployment: `flow-name/deployment-name`.
            parameters: The flow's arguments, ready for JSON.
            state: `SCHEDULED` for a worker, `PENDING` for a run in this process.
            idempotency_key: A second call with this key returns the first's flow run.
            tags: Added to those of the deployment.

        Raises:
            UnreachableError: Prefect does not answer; safe to repeat with a key.
            NotDeployedError: Prefect does not know the deployment, or not yet.
            InvalidError: A text of the arguments cannot be stored.
        """
        _require_storable(parameters)
        wish = {
            "parameters": dict(parameters),
            "state": {"type": state},
            "idempotency_key": idempotency_key,
            "tags": list(tags),
        }
        try:
            return self._create(self._deployment_id(deployment), wish)
        except NotFoundError:  # Prefect's database may have been emptied meanwhile
            self._deployment_ids.pop(deployment, None)
        try:
            return self._create(self._deployment_id(deployment), wish)
        except NotFoundError as unknown:
            raise NotDeployedError(deployment) from unknown

    def read_flow_run(self, flow_run_id: UUID) -> FlowRunRecord | None:
        """Return a flow run, or nothing if Prefect does not know it."""
        try:
            answer = self.ask("GET", f"/flow_runs/{flow_run_id}")
        except NotFoundError:
            return None
        return read_record(answer)

    def list_flow_runs(self, flow: str, *, limit: int) -> list[FlowRunRecord]:
        """Return the latest flow runs of a flow, newest first."""
        wish = {
            "flows": {"name": {"any_": [flow]}},
            "sort": "START_TIME_DESC",
            "limit": limit,
        }
        return [read_record(one) for one in self.ask("POST", "/flow_runs/filter", wish)]

    def count_flow_runs(self, state: StateType) -> int:
        """Return how many flow runs are in a state, ever since Prefect keeps them."""
        wish = {"flow_runs": {"state": {"type": {"any_": [state]}}}}
        return int(self.ask("POST", "/flow_runs/count", wish))

    def list_workers(self, work_pool: str) -> list[WorkerRecord]:
        """
        Return the workers that a work pool knows, also those that are gone.

        Raises:
            NotFoundError: There is no such work pool; a worker makes it.
        """
        path = f"/work_pools/{work_pool}/workers/filter"
        return _read_workers(self.ask("POST", path, {}))

    def require_answer(self) -> None:
        """Return if the server and its database answer; raise an OutsideError else."""
        self.ask("GET", "/ready")

    def set_state(
        self, flow_run_id: UUID, state: StateType, *, message: str, force: bool = False
    ) -> None:
        """Ask for a state; Prefect may leave the flow run as it is unless forced."""
        path = f"/flow_runs/{flow_run_id}/set_state"
        wish = {"type": state, "message": message}
        self.ask("POST", path, json={"state": wish, "force": force})

    def _deployment_id(self, deployment: str) -> str:
        if deployment not in self._deployment_ids:
            answer = self.ask("GET", f"/deployments/name/{deployment}")
            self._deployment_ids[deployment] = str(answer["id"])
        return self._deployment_ids[deployment]

    def _create(self, deployment_id: str, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        path = f"/deployments/{deployment_id}/create_flow_run"
        answer: Mapping[str, Any] = self.ask("POST", path, json=wish)
        return answer

    def ask(self, method: str, path: str, json: Any = None) -> Any:
        """Return the answer of one request, nothing if it is empty."""
        with prefect_failures_named():
            answer = self._client.request(method, path, json=json)
            answer.raise_for_status()
            return answer.json() if answer.content else None


def _require_storable(parameters: Mapping[str, Any]) -> None:
    # Prefect keeps them in PostgreSQL, and would answer that it is out of order.
    if _NUL.search(json.dumps(parameters)):
        raise InvalidError(
            "a text holds the NUL character, which cannot be stored; take it out"
        )


def read_record(answer: Mapping[str, Any]) -> FlowRunRecord:
    """Return the part we need of Prefect's answer about a flow run."""
    try:
        return FlowRunRecord.model_validate(answer)
    except ValidationError as unknown:
        raise OtherVersionError from unknown


def _read_workers(answer: Any) -> list[WorkerRecord]:
    try:
        return [WorkerRecord.model_validate(one) for one in answer]
    except ValidationError as unknown:
        raise OtherVersionError from unknown


@contextmanager
def prefect_failures_named() -> Generator[None]:
    """Turn a failure to talk to Prefect into one of our errors."""
    try:
        yield
    except httpx.TransportError as silent:
        raise UnreachableError(
            "Prefect does not answer; see that the stack runs (deployments/up) "
            "or that MUSTER_PREFECT__API_URL is right"
        ) from silent
    except httpx.HTTPStatusError as refusal:
        raise _name_refusal(refusal.response) from refusal


def _name_refusal(answer: httpx.Response) -> Exception:
    status = answer.status_code
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(f"Prefect does not know {answer.request.url.path}")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return SetupError("Prefect refuses our password: MUSTER_PREFECT__AUTH_STRING")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(f"Prefect is out of order ({status}); try again")
    return RefusedError(f"Prefect refused ({status}): {answer.text[:500]}")


@Once
def prefect_server() -> PrefectServer:
    """
    Return the client of this process; its connections are kept and shared by threads.

    Raises:
        SetupError: No Prefect server is named and no stack runs.
    """
    section = settings().prefect
    if not section.api_url:
        raise SetupError(
            "no Prefect server: start the stack with deployments/up, "
            "or set MUSTER_PREFECT__API_URL"
        )
    headers = {}
    if auth_string := section.auth_string.get_secret_value():
        token = base64.b64encode(auth_string.encode()).decode()
        headers["Authorization"] = f"Basic {token}"
    return PrefectServer(
        httpx.Client(
            base_url=section.api_url,
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
            verify=section.api_url.startswith("https://"),
        )
    )
