"""One id ties a request to its answer, its flow run and the lines of both logs."""

from pathlib import Path

import httpx

from deployments.stack.home import Home
from tasks.clients.prefect_server import prefect_server
from tests.fixtures.prefect import wait_for
from tests.fixtures.stack import RunningStack, wait_for_run

ID = "of-the-person-who-asks"
FLOW = "campaign-run"


def carries_id(log: Path, said: str) -> bool:
    return any(ID in line and said in line for line in log.read_text().splitlines())


def test_a_campaign_run_carries_the_id_of_the_request_that_started_it(
    stack: RunningStack, api: httpx.Client
) -> None:
    table = api.post("/campaigns/tables", content=b"user,fans\nmira,12\n").json()
    source = {
        "kind": "table",
        "tableId": table["tableId"],
        "columns": {"handle": "user"},
        "platform": "demo",
    }
    asked = {"name": "One request", "source": source}
    answer = api.post("/pipeline/run", json=asked, headers={"X-Request-ID": ID})
    assert answer.status_code == 202, answer.text
    assert answer.headers["x-request-id"] == ID
    wait_for_run(api, answer.json()["campaignId"])
    tags = [one.tags for one in prefect_server().list_flow_runs(FLOW, limit=5)]
    assert sum(f"correlation:{ID}" in of_one for of_one in tags) == 1
    logs = Home(stack.home).logs
    wait_for(lambda: carries_id(logs / "api.log", "POST /api/v1/pipeline/run 202"))
    account = api.get("/auth/me").json()["id"]
    assert carries_id(logs / "api.log", f", account {account}")
    wait_for(lambda: carries_id(logs / "worker.log", "campaign run"))
