"""The review queue: single decisions, batches while one waits, and a very large one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import quantiles
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from deployments.bench.measured_campaign import (
    BenchFailedError,
    CampaignWish,
    measure_campaign,
    open_api,
    read_answer,
)
from deployments.bench.own_stack import OwnStack

AT_ONCE = 5_000
SINGLE = 500
CARDS_AT_ONCE = 10
IDS_A_PAGE = 100
LONGEST_SECONDS = 600.0
SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """What the work of reviewers took, over the API, with `waiting` in the queue."""

    waiting: int
    decision_p50: float
    decision_p99: float
    """Seconds for one decision, lease and next card not counted."""

    lease_p50: float
    """Seconds for the next ten cards, leased."""

    filter_seconds: float
    """5,000 that a filter finds, decided while the caller waits."""

    ids_seconds: float
    """5,000 by their ids."""

    undo_seconds: float
    """Those 5,000 taken back as one."""

    everything_seconds: float
    """All that the filter finds, by a worker in portions."""

    silence_seconds: float
    """Longest time of that without progress to be seen."""


def measure_review(stack: OwnStack, wish: CampaignWish) -> ReviewFigures:
    """
    Have a campaign fill the queue, and decide about all of it.

    Raises:
        BenchFailedError: A step was refused, or took too long.
    """
    measure_campaign(stack, wish, longest_seconds=LONGEST_SECONDS)
    with open_api(stack) as api:
        api.timeout = httpx.Timeout(LONGEST_SECONDS)
        campaigns = read_answer(api.get("/campaigns", params={"search": wish.name}))
        found = {"campaignId": campaigns["items"][0]["id"]}
        leases, decisions = _decide_one_by_one(api, found)
        by_filter, decided = _batch(api, {"filter": found, "upTo": AT_ONCE})
        _undo(api, decided)
        by_ids, decided = _batch(api, {"ids": list(_list_ids(api, found))})
        undo_seconds = _undo(api, decided)
        everything, silence, waiting = _decide_everything(api, found)
    steps = quantiles(decisions, n=100)
    return ReviewFigures(
        waiting=waiting,
        decision_p50=steps[49],
        decision_p99=steps[98],
        lease_p50=quantiles(leases, n=2)[0],
        filter_seconds=by_filter,
        ids_seconds=by_ids,
        undo_seconds=undo_seconds,
        everything_seconds=everything,
        silence_seconds=silence,
    )


def _decide_one_by_one(
    api: httpx.Client, found: Mapping[str, str]
) -> tuple[list[float], list[float]]:
    leases, decisions = [], []
    for _ in range(SINGLE // CARDS_AT_ONCE):
        seconds, given = _timed(
            api, "/profiles/next", {**found, "count": CARDS_AT_ONCE}
        )
        leases.append(seconds)
        decisions += [
            _timed(api, f"/profiles/{card['id']}/approve", {})[0]
            for card in given["items"]
        ]
    return leases, decisions


def _list_ids(api: httpx.Client, found: Mapping[str, str]) -> Iterator[str]:
    wish = {**found, "limit": str(IDS_A_PAGE)}
    for _ in range(AT_ONCE // IDS_A_PAGE):
        page = read_answer(api.get("/profiles", params=wish))
        yield from (card["id"] for card in page["items"])
        wish["after"] = page["next"]


def _batch(api: httpx.Client, wish: Mapping[str, Any]) -> tuple[float, str]:
    seconds, answer = _timed(api, "/profiles/batch/reject", wish)
    if answer["modified"] != AT_ONCE:
        raise BenchFailedError(f"{answer['modified']} of {AT_ONCE} were decided")
    return seconds, answer["decisionId"]


def _undo(api: httpx.Client, decision_id: str) -> float:
    return _timed(api, f"/profiles/decisions/{decision_id}/undo", None)[0]


def _decide_everything(
    api: httpx.Client, found: Mapping[str, str]
) -> tuple[float, float, int]:
    began = seen_at = monotonic()
    _, accepted = _timed(api, "/profiles/batch/reject", {"filter": found})
    done, silence = 0, 0.0
    while monotonic() - began < LONGEST_SECONDS:
        told = read_answer(api.get(f"/profiles/batches/{accepted['batchId']}"))
        if told["done"] > done or told["state"] == "completed":
            silence, seen_at = max(silence, monotonic() - seen_at), monotonic()
            done = told["done"]
        if told["state"] == "completed":
            return monotonic() - began, silence, told["modified"]
        Event().wait(SECONDS_BETWEEN_LOOKS)
    raise BenchFailedError(f"the batch did not end within {LONGEST_SECONDS:.0f} s")


def _timed(
    api: httpx.Client, path: str, body: Mapping[str, Any] | None
) -> tuple[float, dict[str, Any]]:
    began = monotonic()
    answer = api.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
    return monotonic() - began, read_answer(answer)
