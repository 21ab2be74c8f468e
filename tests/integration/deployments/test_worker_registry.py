"""What a worker tells Prefect when it starts."""

import pytest
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.utilities.importtools import import_object

from config.settings import settings
from deployments.registry import REGISTRATIONS, Registration, apply_registry
from deployments.warm_fork import FLOW_MODULES


@pytest.mark.usefixtures("prefect_server")
def test_applying_the_registry_again_changes_nothing() -> None:
    apply_registry()
    apply_registry()
    with get_client(sync_client=True) as client:
        pool = client.read_work_pool(settings().prefect.work_pool)
        automations = client.read_automations()
        deployments = client.read_deployments()
    names = [automation.name for automation in automations]
    assert pool.type == settings().prefect.worker
    assert sorted(names) == sorted(set(names))
    assert len(names) == 2
    found = {deployment.entrypoint: deployment for deployment in deployments}
    for registration in REGISTRATIONS:
        deployment = found[registration.entrypoint]
        in_pool = deployment.work_pool_name is not None
        assert in_pool is registration.through_worker
        assert tuple(deployment.tags) == registration.tags
        assert deployment.pull_steps == []


@pytest.mark.parametrize(
    "registration", REGISTRATIONS, ids=lambda registration: registration.flow_name
)
def test_every_registration_names_a_flow_that_is_there(
    registration: Registration,
) -> None:
    flow = import_object(registration.entrypoint)
    assert isinstance(flow, Flow)
    assert flow.name == registration.flow_name


def test_every_flow_of_a_worker_is_warm() -> None:
    needed = {
        registration.entrypoint.rpartition(".")[0]
        for registration in REGISTRATIONS
        if registration.through_worker
    }
    assert needed == set(FLOW_MODULES)
