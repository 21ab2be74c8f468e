"""Browser profiles: start to first page, pages a second in campaigns, memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from config.errors import ApplicationError
from deployments.bench.measured_campaign import (
    CampaignWish,
    Measured,
    measure_campaign,
    open_api,
)
from deployments.bench.own_stack import OwnStack
from deployments.bench.plain_browser import PlainResult, run_plain_loop
from deployments.bench.tree_meter import TreeMeter
from tasks.clients.driven_browser import DrivenBrowser

STARTS = 5
PROFILES = 2
LONGEST_SECONDS = 600.0
LONGEST_START_SECONDS = 200.0

Wish = Callable[[str, dict[str, Any], int], CampaignWish]
"""Name, source and pages -> a campaign over them."""


class BrowserBenchError(ApplicationError):
    """A step with browser profiles failed."""

    code = "bench_failed"


@dataclass(frozen=True, slots=True)
class BrowserFigures:
    """What browsers took, beside a plain Selenium loop over the same pages."""

    start_seconds: float
    """Median, from the request to the API until it answers."""

    first_page_seconds: float
    """Median, from the same request until the first page is read."""

    plain_first_page_seconds: float
    plain: PlainResult
    """Both its runs together: one before the campaigns, one after."""

    one: Measured
    two: Measured
    cpu_seconds: Sequence[float]
    """Of worker, browsers and drivers for each campaign, their starts included."""

    bytes_per_browser: Sequence[float]
    """Proportional set size of each, with one, two, ... running, driver included."""

    @property
    def ratio(self) -> float:
        """Pages a second with one browser, in units of the plain loop's."""
        return self.pages_per_second(self.one) / self.plain.rows_per_second

    @property
    def cpu_milliseconds_per_page(self) -> float:
        """CPU for one page with one browser."""
        return self.cpu_seconds[0] * 1000 / self.one.rows

    def pages_per_second(self, campaign: Measured) -> float:
        """Pages a second of a campaign, the browser's start left out."""
        return campaign.rows / (campaign.seconds - self.first_page_seconds)


def measure_browsers(stack: OwnStack, wish: Wish, *, pages: int) -> BrowserFigures:
    """
    Measure on a stack that runs the local Multilogin X.

    Raises:
        BrowserBenchError: A browser profile could not be made, started or stopped.
        BenchFailedError: A campaign did not come to a good end.
    """
    page_url = f"{stack.site_url}/bench/1"
    listing_url = f"{stack.site_url}/bench?page=1&of={pages}"
    with open_api(stack) as api:
        ids = [_make_browser_profile(api) for _ in range(PROFILES)]
        starts = [_time_start(api, ids[0], page_url) for _ in range(STARTS)]
        memory = _weigh(api, ids, stack=stack, page_url=page_url)
    source = {"kind": "browser_pages", "listingUrl": listing_url}
    before = run_plain_loop(listing_url)
    campaigns, cpu = [], []
    for at_once in (1, 2):
        named = f"{pages:,} pages, {at_once} browser{'s' * (at_once > 1)}"
        wanted = {
            **source,
            "browserProfileIds": ids[:at_once],
            "browsersAtOnce": at_once,
            "recycleAfterPages": max(pages, 200),
        }
        with TreeMeter(stack.multilogin_process_id) as meter:
            campaign = measure_campaign(
                stack, wish(named, wanted, pages), longest_seconds=LONGEST_SECONDS
            )
        campaigns.append(campaign)
        cpu.append(meter.sampled_cpu_seconds + campaign.cpu_seconds)
    after = run_plain_loop(listing_url)
    return BrowserFigures(
        start_seconds=median(start for start, _ in starts),
        first_page_seconds=median(first for _, first in starts),
        plain_first_page_seconds=before.seconds_to_first_page,
        plain=PlainResult(
            before.rows + after.rows,
            before.seconds + after.seconds,
            before.seconds_to_first_page + after.seconds_to_first_page,
            before.cpu_seconds + after.cpu_seconds,
        ),
        one=campaigns[0],
        two=campaigns[1],
        cpu_seconds=cpu,
        bytes_per_browser=memory,
    )


def _time_start(
    api: httpx.Client, browser_profile_id: str, page_url: str
) -> tuple[float, float]:
    began = monotonic()
    selenium_url = _start(api, browser_profile_id)
    started = monotonic() - began
    _open_page(selenium_url, page_url)
    first = monotonic() - began
    _stop(api, browser_profile_id)
    return started, first


def _weigh(
    api: httpx.Client, ids: Sequence[str], *, stack: OwnStack, page_url: str
) -> list[float]:
    """Return bytes for each browser with one, two, ... of them showing a page."""
    found = []
    idle = _memory_of(stack.multilogin_process_id)
    for count, browser_profile_id in enumerate(ids, 1):
        _open_page(_start(api, browser_profile_id), page_url)
        taken = _memory_of(stack.multilogin_process_id) - idle
        found.append(taken / count)
    for browser_profile_id in ids:
        _stop(api, browser_profile_id)
    return found


def _memory_of(process_id: int) -> int:
    with TreeMeter(process_id) as meter:
        pass
    return meter.peak_bytes


def _open_page(selenium_url: str, page_url: str) -> None:
    driven = DrivenBrowser(
        selenium_url,
        browser_type="mimic",
        page_timeout=timedelta(seconds=30),
        largest_page=1_000_000,
    )
    shown = driven.open(page_url)
    driven.detach()
    if "profile" not in shown.html:
        raise BrowserBenchError(f"the browser did not show {page_url}: {shown}")


def _make_browser_profile(api: httpx.Client) -> str:
    wish = {"name": f"Bench {uuid4().hex[:8]}", "template": "natural"}
    return str(_answer(api.post("/browser-profiles", json=wish))["id"])


def _start(api: httpx.Client, browser_profile_id: str) -> str:
    path = f"/browser-profiles/{browser_profile_id}/start"
    answer = api.post(path, json={"headless": True}, timeout=LONGEST_START_SECONDS)
    return str(_answer(answer)["seleniumUrl"])


def _stop(api: httpx.Client, browser_profile_id: str) -> None:
    path = f"/browser-profiles/{browser_profile_id}/stop"
    _answer(api.post(path, timeout=LONGEST_START_SECONDS))


def _answer(response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        raise BrowserBenchError(
            f"{response.request.method} {response.request.url.path} answered "
            f"{response.status_code}: {response.text[:500]}"
        )
    return dict(response.json())
