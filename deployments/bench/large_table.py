"""A table of a million rows, and whether reviewers notice it while it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import quantiles
from threading import Event, Thread
from time import monotonic
from typing import Any, Self
from uuid import uuid4

import httpx

from deployments.bench.measured_campaign import (
    COLUMNS,
    CampaignWish,
    Measured,
    invent_people,
    measure_campaign,
    open_api,
    read_answer,
    upload_people,
)
from deployments.bench.own_stack import OwnStack

LONGEST_SECONDS = 1_800.0
SECONDS_BETWEEN_ASKING = 0.2
CARDS = 10


@dataclass(frozen=True, slots=True)
class LargeTableFigures:
    """What the campaign took, and what a reviewer waited for meanwhile."""

    campaign: Measured
    first_quarter_bytes: int
    """Most memory of the worker's process tree in the first quarter of the time."""

    last_quarter_bytes: int
    asked: int
    """How often a reviewer asked for cards, a list, and decided, one after another."""

    cards_p95: float
    """Seconds for the next ten cards, leased."""

    list_p95: float
    """Seconds for the first fifty of the list."""

    decision_p95: float


def measure_large_table(
    stack: OwnStack, wish: CampaignWish, *, rows: int
) -> LargeTableFigures:
    """
    Read a large table from file to queue while a reviewer works.

    Args:
        stack: The running stack.
        wish: The campaign; its source is filled in here.
        rows: How many the table has.

    Raises:
        BenchFailedError: The campaign failed, or a reviewer was refused.
    """
    table_id = upload_people(stack, invent_people(stack, rows))
    source = {**wish.source, "table_id": table_id, "columns": COLUMNS}
    wish = CampaignWish(wish.name, source, rows, wish.criteria, wish.threshold)
    with _Reviewer(stack, wish.name) as reviewer:
        campaign = measure_campaign(stack, wish, longest_seconds=LONGEST_SECONDS)
    quarter = max(1, len(campaign.memory) // 4)
    return LargeTableFigures(
        campaign,
        max(campaign.memory[:quarter], default=0),
        max(campaign.memory[-quarter:], default=0),
        len(reviewer.seconds["cards"]),
        *(_p95(reviewer.seconds[name]) for name in ("cards", "list", "decision")),
    )


class _Reviewer:
    """Somebody who takes cards, looks at the list and decides, until told to stop."""

    def __init__(self, stack: OwnStack, campaign_name: str) -> None:
        self._stack, self._name = stack, campaign_name
        self._done = Event()
        self._thread = Thread(target=self._work, name="reviewer", daemon=True)
        self.seconds: dict[str, list[float]] = {"cards": [], "list": [], "decision": []}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _work(self) -> None:
        with open_api(self._stack) as api:
            found: dict[str, str] = {}
            while not self._done.wait(SECONDS_BETWEEN_ASKING):
                found = found or self._find(api)
                if found:
                    self._review(api, found)

    def _find(self, api: httpx.Client) -> dict[str, str]:
        answer = read_answer(api.get("/campaigns", params={"search": self._name}))
        if not answer["items"]:
            return {}
        campaign_id = answer["items"][0]["id"]
        # Else a process that learns from the decisions is weighed with the run.
        path = f"/campaigns/{campaign_id}/likelihood"
        read_answer(api.put(path, json={"isOffered": False}))
        return {"campaignId": campaign_id}

    def _review(self, api: httpx.Client, found: Mapping[str, str]) -> None:
        cards = self._timed(
            "cards", api, "POST", "/profiles/next", json={**found, "count": CARDS}
        )["items"]
        self._timed("list", api, "GET", "/profiles", params={**found, "limit": "50"})
        if cards:
            path = f"/profiles/{cards[0]['id']}/approve"
            self._timed("decision", api, "POST", path, json={})

    def _timed(
        self, name: str, api: httpx.Client, method: str, path: str, **more: Any
    ) -> dict[str, Any]:
        began = monotonic()
        key = {"Idempotency-Key": uuid4().hex}
        answer = read_answer(api.request(method, path, headers=key, **more))
        self.seconds[name].append(monotonic() - began)
        return answer


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[18] if len(seconds) > 1 else 0.0
