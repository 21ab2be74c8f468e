"""
Two workers that start the same browser at the same instant.

`pytest tests/integration/tasks/browser_profiles/test_racing_starts.py --rounds 200`
"""

import json
from uuid import UUID

import pytest

from config.connections import redis_client
from tasks.browser_profiles.stop import stop_browser
from tests.factories.browser_profiles import alone
from tests.fixtures.prefect import wait_for
from tests.integration.tasks.browser_profiles.conftest import (
    StartProcess,
    open_browsers,
)
from tests.integration.tasks.browser_profiles.starting_process import BEGIN, READY

WORKERS = 2


@pytest.mark.timeout(1_800)
def test_two_workers_get_one_browser_and_the_same_url(
    browser_profile_id: UUID, start_process: StartProcess, rounds: int
) -> None:
    workers = [
        start_process("race", browser_profile_id, rounds) for _ in range(WORKERS)
    ]
    redis = redis_client()
    for number in range(rounds):
        ready = f"{READY}:{number}"
        wait_for(lambda key=ready: int(redis.get(key) or 0) == WORKERS, seconds=60)
        redis.set(f"{BEGIN}:{number}", 1)
        told = [json.loads(one.stdout.readline()) for one in workers if one.stdout]
        assert [one.get("state") for one in told] == ["running"] * WORKERS, told
        assert told[0] == told[1], number
        assert len(open_browsers(browser_profile_id)) == 1, number
        alone(stop_browser(browser_profile_id))
    assert [one.wait(timeout=30) for one in workers] == [0] * WORKERS
    assert not open_browsers(browser_profile_id)
