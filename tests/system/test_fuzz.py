"""Schemathesis asks everything the OpenAPI allows, and much that it does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.vocabulary import Role
from deployments.registry import REGISTRATIONS, apply_registry
from deployments.stack.processes import base_environment
from flows.dispatch import cancel_flow_run
from tasks.clients.prefect_server import prefect_server as prefect_client
from tests.factories.accounts import create_account
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.api import serving
from tests.fixtures.database import CHECKOUT, forget_settings
from tests.fixtures.demo_site import DemoSiteAddress
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.plex import Plex
from tests.fixtures.prefect import PrefectAddress
from ui.api.app import create_app
from ui.api.bare_paths import CANONICAL

SECONDS = 45
SEED = 20_260_301
JUDGEMENT = Path(__file__).with_name("fuzz.toml")


@pytest.fixture
def preview_flow(prefect_server: PrefectAddress) -> Iterator[None]:
    """Deploy the one flow that the API runs itself; cancel what waits for a worker."""
    assert prefect_server.api_url
    apply_registry(tuple(one for one in REGISTRATIONS if not one.through_worker))
    yield
    for flow_run in prefect_client().list_flow_runs("campaign-run", limit=200):
        cancel_flow_run(flow_run.id)


@pytest.fixture
def known(
    database: str,
    demo_site: DemoSiteAddress,
    plex: Plex,
    multilogin: MultiloginX,
    leak_responders: RunningResponders,
    environment: pytest.MonkeyPatch,
) -> None:
    """Have something of everything, and tell schemathesis what it is called."""
    assert database
    assert plex.url
    assert multilogin.cloud
    taken = create_taken_run()
    ids = {
        "campaign_id": taken.campaign_id,
        "profile_id": queue_handles(taken, "mira", "tal")[0],
        "account_id": create_account(Role.REVIEWER),
    }
    told = {"demoSite": demo_site.url} | {name: str(one) for name, one in ids.items()}
    environment.setenv("MUSTER_TESTS_KNOWN", json.dumps(told))
    environment.setenv("SCHEMATHESIS_HOOKS", "tests.fixtures.fuzz_hooks")
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", leak_responders.url)
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_TOKEN", leak_responders.token)
    environment.setenv("MUSTER_LEAK_TESTS__NETWORK_TIMEOUT", "PT1S")
    environment.setenv("MUSTER_EVENTS__CONNECTION_LIFETIME", "PT0.2S")
    forget_settings()


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.usefixtures("known", "preview_flow")
def test_nothing_that_is_asked_is_answered_otherwise_than_described(
    tmp_path: Path,
) -> None:
    with serving(create_app()) as url:
        done = subprocess.run(  # noqa: S603 - our own words
            [
                *(str(Path(sys.executable).with_name("schemathesis")), "--config-file"),
                *(str(JUDGEMENT), "run", f"{url}{CANONICAL}/openapi.json"),
                *("--checks", "all", "--max-time", str(SECONDS), "--seed", str(SEED)),
                *("--generation-database", "none", "--no-color"),
            ],
            env={**base_environment("tests"), "PYTHONPATH": str(CHECKOUT)},
            cwd=tmp_path,  # it leaves notes where it runs
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS + 90,
        )
    assert done.returncode == 0, done.stdout + done.stderr
