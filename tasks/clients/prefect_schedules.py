"""Schedules in Prefect: one deployment of a flow for each thing that has its times."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.errors import NotFoundError
from tasks.clients.prefect_server import (
    NotDeployedError,
    OtherVersionError,
    PrefectServer,
)

TEMPLATE = "default"
"""The deployment that the registry makes: it says where the flow is and who runs it."""

_PAGE = 200


class CronTimes(BaseModel):
    """A cron line and its time zone, as Prefect keeps them."""

    model_config = ConfigDict(frozen=True)

    cron: str = ""
    timezone: str | None = None
    day_or: bool = True
    """Cron's own rule: with both days given, either will do."""


class DeployedTimes(BaseModel):
    """One schedule of a deployment."""

    model_config = ConfigDict(frozen=True)

    times: CronTimes = Field(alias="schedule")
    is_on: bool = Field(alias="active")


class Deployed(BaseModel):
    """What Prefect keeps of a deployment, as far as we need it."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: UUID
    name: str
    flow_id: UUID
    entrypoint: str | None
    work_pool_name: str | None
    parameters: dict[str, Any]
    is_paused: bool = Field(alias="paused")
    schedules: tuple[DeployedTimes, ...]


class PrefectSchedules:
    """
    The timed deployments of one flow; their names are ours.

    Source: Prefect 3.8.8 REST API, `/deployments`.
    """

    def __init__(self, server: PrefectServer, *, flow: str) -> None:
        self._server, self._flow = server, flow

    def list_deployed(self) -> list[Deployed]:
        """Return all deployments of the flow, the template among them."""
        found: list[Deployed] = []
        while True:
            wish = {
                "flows": {"name": {"any_": [self._flow]}},
                "sort": "NAME_ASC",
                "limit": _PAGE,
                "offset": len(found),
            }
            page = _read_all(self._server.ask("POST", "/deployments/filter", wish))
            found += page
            if len(page) < _PAGE:
                return found

    def find(self, name: str) -> Deployed | None:
        """Return the deployment of a name, or nothing."""
        path = f"/deployments/name/{self._flow}/{name}"
        try:
            answer = self._server.ask("GET", path)
        except NotFoundError:
            return None
        return _read_all([answer])[0]

    def put(self, name: str, times: CronTimes, parameters: dict[str, Any]) -> None:
        """
        Have the flow run at these times; what was scheduled under the name goes.

        Raises:
            NotDeployedError: The flow itself is not deployed yet.
            UnreachableError: Prefect does not answer; safe to repeat.
        """
        template = self.find(TEMPLATE)
        if template is None:
            raise NotDeployedError(f"{self._flow}/{TEMPLATE}")
        wish = {
            "name": name,
            "flow_id": str(template.flow_id),
            "entrypoint": template.entrypoint,
            "work_pool_name": template.work_pool_name,
            "pull_steps": [],
            "enforce_parameter_schema": False,
            "paused": False,
            "parameters": parameters,
            "schedules": [{"active": True, "schedule": times.model_dump()}],
        }
        self._server.ask("POST", "/deployments/", wish)

    def remove(self, name: str) -> None:
        """Have it run no more, nor what is late; nothing happens if it is gone."""
        found = self.find(name)
        if found is None:
            return
        try:
            self._server.ask("DELETE", f"/deployments/{found.id}")
        except NotFoundError:
            return


def is_as_wanted(
    deployed: Deployed, template: Deployed, times: CronTimes, parameters: dict[str, Any]
) -> bool:
    """Return whether a deployment runs the right flow, at these times and no other."""
    return (
        not deployed.is_paused
        and deployed.entrypoint == template.entrypoint
        and deployed.work_pool_name == template.work_pool_name
        and deployed.parameters == parameters
        and [(one.times, one.is_on) for one in deployed.schedules] == [(times, True)]
    )


def _read_all(answer: Any) -> list[Deployed]:
    try:
        return TypeAdapter(list[Deployed]).validate_python(answer)
    except ValidationError as unknown:
        raise OtherVersionError from unknown
