"""The one door to Prefect, against a real server."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from config.errors import ConflictError, UnreachableError
from config.settings import settings
from flows.dispatch import (
    FlowTimedOutError,
    cancel_flow_run,
    dispatch_campaign_run,
    find_flow_run,
    run_attached,
)
from tasks.clients.prefect_server import NotDeployedError, prefect_server
from tests.fixtures.prefect import PrefectAddress, forget_prefect_client
from tests.integration.flows.sample_flows import (
    run_attached_sample,
    run_refusing,
    run_slow,
)

pytestmark = pytest.mark.usefixtures("deployed_samples")
A_WHILE = timedelta(seconds=20)


@pytest.fixture
def dispatch() -> Iterator[Callable[..., UUID]]:
    """Return the dispatch of one campaign run; cancel afterwards what it made."""
    campaign_run_id, made = uuid4(), set[UUID]()

    def dispatch_it(**values: int) -> UUID:
        flow_run_id = dispatch_campaign_run(campaign_run_id, **values)
        made.add(flow_run_id)
        return flow_run_id

    yield dispatch_it
    for flow_run_id in made:
        cancel_flow_run(flow_run_id)


def test_dispatching_twice_makes_one_flow_run(dispatch: Callable[..., UUID]) -> None:
    assert dispatch() == dispatch()


def test_an_ended_flow_run_is_followed_by_a_new_one(
    dispatch: Callable[..., UUID],
) -> None:
    first = dispatch()
    cancel_flow_run(first)
    second = dispatch()
    assert second != first
    assert dispatch() == second


def test_another_attempt_is_another_flow_run(dispatch: Callable[..., UUID]) -> None:
    assert dispatch(attempt=0) != dispatch(attempt=1)


def test_an_unknown_flow_run_is_not_found() -> None:
    assert find_flow_run(uuid4()) is None
    cancel_flow_run(uuid4())


def test_an_unknown_deployment_is_named() -> None:
    with pytest.raises(NotDeployedError, match="no-such-flow"):
        prefect_server().create_flow_run("no-such-flow/default", parameters={})


def test_an_attached_run_answers_and_is_completed(tmp_path: Path) -> None:
    answer = asyncio.run(
        run_attached(
            run_attached_sample,
            parameters={"trace": str(tmp_path / "trace")},
            timeout=A_WHILE,
        )
    )
    assert answer == "answer"
    assert (tmp_path / "trace").exists()


def test_the_record_of_an_attached_run_is_complete(tmp_path: Path) -> None:
    """Prefect shows it under its deployment, in its final state."""
    trace = {"trace": str(tmp_path / "trace")}
    asyncio.run(run_attached(run_attached_sample, parameters=trace, timeout=A_WHILE))
    latest = prefect_server().list_flow_runs("sample-attached", limit=1)
    assert [run.state.type for run in latest] == ["COMPLETED"]


def test_attached_runs_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async def run_five() -> list[str]:
        return await asyncio.gather(
            *(
                run_attached(
                    run_attached_sample,
                    parameters={"trace": str(tmp_path / "trace")},
                    timeout=A_WHILE,
                )
                for _ in range(5)
            )
        )

    assert asyncio.run(run_five()) == ["answer"] * 5


def test_an_error_of_ours_comes_out_of_an_attached_run() -> None:
    with pytest.raises(ConflictError, match="it is taken"):
        asyncio.run(run_attached(run_refusing, parameters={}, timeout=A_WHILE))


def test_an_attached_run_that_takes_too_long_ends() -> None:
    brief = timedelta(seconds=1)
    with pytest.raises(FlowTimedOutError, match="within 1 s"):
        asyncio.run(run_attached(run_slow, parameters={}, timeout=brief))


def test_without_prefect_the_operator_is_told(
    deployed_samples: PrefectAddress, environment: pytest.MonkeyPatch
) -> None:
    assert deployed_samples.api_url
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:9/api")
    settings.cache_clear()
    forget_prefect_client()
    try:
        with pytest.raises(UnreachableError, match="deployments/up"):
            dispatch_campaign_run(uuid4())
    finally:
        forget_prefect_client()
