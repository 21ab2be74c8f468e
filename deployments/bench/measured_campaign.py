"""One campaign through the API, timed and weighed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from time import monotonic
from typing import Any

import httpx

from config.errors import ApplicationError
from config.vocabulary import CampaignRunState
from deployments.bench.own_stack import OwnStack
from deployments.bench.tree_meter import TreeMeter
from deployments.demo_site.exports import csv_chunks, people_from

SECONDS_BETWEEN_LOOKS = 0.2
COLUMNS = {
    "handle": "handle",
    "display_name": "name",
    "external_id": "id",
    "url": "url",
    "bio": "bio",
    "followers": "followers",
    "following": "following",
    "posts": "posts",
    "verified": "verified",
    "kind": "kind",
    "location": "location",
    "language": "language",
    "topics": "topics",
    "picture_url": "picture",
}
"""Field of a public profile -> column of `deployments.demo_site.exports`."""

PEOPLE_SEED = 1


class BenchFailedError(ApplicationError):
    """A measured campaign did not come to a good end."""

    code = "bench_failed"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one campaign took."""

    name: str
    rows: int
    """Public profiles stored."""

    unreadable: int
    seconds: float
    """From the start of the run to its end, as the API tells."""

    seconds_to_start: float
    """From the request to the start of the run."""

    stages: Mapping[str, float]
    """Stage -> seconds of work."""

    cpu_seconds: float
    memory: Sequence[int]
    """Bytes of the worker's process tree, twice a second."""

    @property
    def peak_bytes(self) -> int:
        """The most memory that was seen."""
        return max(self.memory, default=0)

    @property
    def rows_per_second(self) -> float:
        """Public profiles stored in a second of the run."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def cpu_milliseconds_per_row(self) -> float:
        """CPU of the worker's process tree for one public profile."""
        return self.cpu_seconds * 1000 / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class CampaignWish:
    """What a measured campaign asks for."""

    name: str
    source: Mapping[str, Any]
    wanted: int
    criteria: Mapping[str, Any]
    threshold: int


def measure_campaign(
    stack: OwnStack, wish: CampaignWish, *, longest_seconds: float
) -> Measured:
    """
    Run one campaign to its end and return what it took.

    Raises:
        BenchFailedError: It failed, stored fewer than wanted, or took too long.
    """
    with open_api(stack) as api, TreeMeter(stack.worker_process_id) as meter:
        campaign_id = start_campaign(api, wish)
        run = _follow(api, campaign_id, longest_seconds=longest_seconds)
    if run["acquired"] != wish.wanted:
        raise BenchFailedError(
            f"{wish.name}: {run['acquired']} of {wish.wanted} stored; see the run"
        )
    began, ended = (datetime.fromisoformat(run[at]) for at in ("startedAt", "endedAt"))
    created = datetime.fromisoformat(run["createdAt"])
    return Measured(
        name=wish.name,
        rows=run["acquired"],
        unreadable=run["unreadable"],
        seconds=(ended - began).total_seconds(),
        seconds_to_start=(began - created).total_seconds(),
        stages=run["stages"],
        cpu_seconds=meter.cpu_seconds,
        memory=meter.memory,
    )


def start_campaign(api: httpx.Client, wish: CampaignWish) -> str:
    """Start a campaign and return its id."""
    asked = api.post(
        "/pipeline/run",
        json={
            "name": wish.name,
            "source": wish.source,
            "criteria": wish.criteria,
            "threshold": wish.threshold,
            "wanted": wish.wanted,
        },
    )
    return str(read_answer(asked)["campaignId"])


def upload_people(stack: OwnStack, people: bytes) -> str:
    """Upload a CSV table of people and return its id."""
    with open_api(stack) as api:
        answer = api.post(
            "/campaigns/tables",
            params={"name": "people.csv"},
            content=people,
            headers={"Content-Type": "text/csv"},
            timeout=300,
        )
    return str(read_answer(answer)["tableId"])


def open_api(stack: OwnStack) -> httpx.Client:
    """Return a client of the API that is signed in."""
    return httpx.Client(
        base_url=stack.api_url,
        headers={"Authorization": f"Bearer {stack.token}"},
        timeout=30,
        trust_env=False,
    )


def invent_people(stack: OwnStack, rows: int) -> bytes:
    """Return a CSV table of `rows` invented people."""
    people = people_from(PEOPLE_SEED, rows)
    return "".join(csv_chunks(people, site=stack.site_url)).encode()


def _follow(
    api: httpx.Client, campaign_id: str, *, longest_seconds: float
) -> Mapping[str, Any]:
    deadline = monotonic() + longest_seconds
    while monotonic() < deadline:
        run = read_answer(api.get(f"/campaigns/{campaign_id}")).get("run") or {}
        if run and CampaignRunState(run["state"]).is_final:
            if run["state"] == CampaignRunState.FAILED:
                raise BenchFailedError(f"the run failed: {run.get('error')}")
            return dict(run)
        Event().wait(SECONDS_BETWEEN_LOOKS)
    raise BenchFailedError(f"the run did not end within {longest_seconds:.0f} s")


def read_answer(response: httpx.Response) -> dict[str, Any]:
    """
    Return what the API said.

    Raises:
        BenchFailedError: It refused.
    """
    if not response.is_success:
        raise BenchFailedError(
            f"{response.request.method} {response.request.url.path} answered "
            f"{response.status_code}: {response.text[:500]}"
        )
    return dict(response.json())
