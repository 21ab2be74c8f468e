"""What faults and `kill -9` cost a campaign: nothing may be lost or come twice."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any

import httpx
import psutil

from config.errors import SetupError
from config.vocabulary import CampaignRunState
from deployments.bench.measured_campaign import (
    BenchFailedError,
    CampaignWish,
    open_api,
    read_answer,
    start_campaign,
)
from deployments.bench.own_stack import OwnStack, part_process_id
from deployments.stack.control import this_home

LONGEST_SECONDS = 600.0
SECONDS_BETWEEN_LOOKS = 0.1
KILLS = 10
Wish = Callable[[str, Mapping[str, Any], int], CampaignWish]


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """A listing of which a tenth fails, most of it once (`demo_site/faults.py`)."""

    pages: int
    acquired: int
    reported: int
    """Pages that are listed as not read."""

    requests: int
    asked_too_soon: int
    """Requests while the site had asked for patience by `Retry-After`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class KillFigures:
    """One campaign whose worker was killed in the middle, with all it had started."""

    acquired: int
    stored: int
    """Public profiles that the export names."""

    doubled: int
    """Those of them whose handle came before."""

    fetched_twice: int
    """Pages that the site was asked for more than once."""

    worker_back_seconds: float
    """From the kill until a new worker ran."""

    first_new_page_seconds: float
    """From then until the run had stored more than before."""


@dataclass(frozen=True, slots=True)
class DurabilityFigures:
    """What became of pages that fail, and of runs that were killed."""

    faults: FaultFigures
    kills: tuple[KillFigures, ...]


def measure_durability(
    stack: OwnStack, wish: Wish, *, pages: int, kills: int = KILLS
) -> DurabilityFigures:
    """
    Read a faulty listing, then kill the worker in the middle of a sound one.

    Args:
        stack: The running stack.
        wish: Makes a campaign of a name, a source and a number wanted.
        pages: How long both listings are.
        kills: How often the second is done.

    Raises:
        BenchFailedError: A campaign failed or took too long.
    """
    faults = _read_faulty(stack, wish, pages=pages)
    return DurabilityFigures(
        faults,
        tuple(_read_killed(stack, wish, pages=pages) for _ in range(kills)),
    )


def _read_faulty(stack: OwnStack, wish: Wish, *, pages: int) -> FaultFigures:
    with open_api(stack) as api, httpx.Client(base_url=stack.site_url) as site:
        site.post("/asked/reset")
        listing = f"{stack.site_url}/faulty?page=1&of={pages}"
        source = {"kind": "html_pages", "listing_url": listing}
        began = monotonic()
        campaign_id = start_campaign(api, wish("Faulty pages", source, pages))
        run = _wait_for(api, campaign_id, _is_final)
        asked = site.get("/asked").json()
    return FaultFigures(
        pages=pages,
        acquired=run["acquired"],
        reported=run["unreadable"],
        requests=asked["requests"],
        asked_too_soon=asked["tooSoon"],
        seconds=monotonic() - began,
    )


def _read_killed(stack: OwnStack, wish: Wish, *, pages: int) -> KillFigures:
    with open_api(stack) as api, httpx.Client(base_url=stack.site_url) as site:
        site.post("/asked/reset")
        listing = f"{stack.site_url}/bench?page=1&of={pages}"
        source = {"kind": "html_pages", "listing_url": listing}
        campaign_id = start_campaign(api, wish("Killed at half", source, pages))
        _wait_for(api, campaign_id, lambda run: run["acquired"] >= pages // 2)
        killed_at = monotonic()
        _kill_worker_and_all_it_started()
        back_at = _wait_for_worker()
        before = _wait_for(api, campaign_id, lambda _: True)["acquired"]
        _wait_for(api, campaign_id, lambda run: run["acquired"] > before)
        new_page_at = monotonic()
        run = _wait_for(api, campaign_id, _is_final)
        asked = site.get("/asked").json()
        exported = api.get(f"/campaigns/{campaign_id}/export", params={"form": "jsonl"})
    handles = [json.loads(line)["handle"] for line in exported.text.splitlines()]
    return KillFigures(
        acquired=run["acquired"],
        stored=len(handles),
        doubled=len(handles) - len(set(handles)),
        fetched_twice=asked["twice"],
        worker_back_seconds=back_at - killed_at,
        first_new_page_seconds=new_page_at - back_at,
    )


def _kill_worker_and_all_it_started() -> None:
    worker = psutil.Process(part_process_id(this_home(), "worker"))
    for process in (*worker.children(recursive=True), worker):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    worker.wait(timeout=LONGEST_SECONDS)


def _wait_for_worker() -> float:
    deadline = monotonic() + LONGEST_SECONDS
    while monotonic() < deadline:
        with suppress(SetupError, psutil.NoSuchProcess):
            worker = psutil.Process(part_process_id(this_home(), "worker"))
            if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
                return monotonic()
        Event().wait(SECONDS_BETWEEN_LOOKS)
    raise BenchFailedError("the worker did not come back")


def _wait_for(
    api: httpx.Client, campaign_id: str, done: Callable[[Mapping[str, Any]], bool]
) -> Mapping[str, Any]:
    deadline = monotonic() + LONGEST_SECONDS
    while monotonic() < deadline:
        run = read_answer(api.get(f"/campaigns/{campaign_id}")).get("run") or {}
        if run and done(run):
            return dict(run)
        Event().wait(SECONDS_BETWEEN_LOOKS)
    raise BenchFailedError(f"{campaign_id} did not get there in {LONGEST_SECONDS} s")


def _is_final(run: Mapping[str, Any]) -> bool:
    if run["state"] == CampaignRunState.FAILED:
        raise BenchFailedError(f"the run failed: {run.get('error')}")
    return CampaignRunState(run["state"]).is_final
