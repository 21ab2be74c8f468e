"""
The yardstick of browsers: the same pages in a plain Selenium loop, and nothing else.

A browser of its own in a window as large as a browser profile's, `get`, `page_source`,
the fields; no lease, no robots.txt, no storage, no score.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser
from selenium import webdriver

from deployments.bench.bare_loop import FIELDS
from deployments.bench.tree_meter import TreeMeter
from deployments.stack.browser import browser


@dataclass(frozen=True, slots=True)
class PlainResult:
    """What the plain loop took, start and end of its browser included."""

    rows: int
    seconds: float
    seconds_to_first_page: float
    cpu_seconds: float
    """Of browser, driver and loop."""

    @property
    def rows_per_second(self) -> float:
        """Pages read in a second, the browser's start left out."""
        return self.rows / (self.seconds - self.seconds_to_first_page)

    @property
    def cpu_milliseconds_per_row(self) -> float:
        """CPU for one page."""
        return self.cpu_seconds * 1000 / self.rows


def run_plain_loop(listing_url: str) -> PlainResult:
    """Read every page that the listing and its followers link to."""
    began, first, read = monotonic(), 0.0, 0
    with TreeMeter(os.getpid()) as meter, plain_browser() as driver:
        for address in _list_pages(driver, listing_url):
            driver.get(address)
            page = LexborHTMLParser(driver.page_source)
            nodes = [page.css_first(selector) for selector in FIELDS]
            read += bool([node.text() for node in nodes if node])
            first = first or monotonic() - began
    seconds = monotonic() - began
    return PlainResult(read, seconds, first, meter.sampled_cpu_seconds)


def _list_pages(driver: webdriver.Chrome, listing_url: str) -> dict[str, None]:
    found: dict[str, None] = {}
    address: str | None = listing_url
    while address:
        driver.get(address)
        page = LexborHTMLParser(driver.page_source)
        for link in page.css("a.person"):
            found[urljoin(address, link.attributes["href"] or "")] = None
        onward = page.css_first("a[rel=next]")
        href = onward.attributes["href"] if onward else None
        address = urljoin(address, href) if href else None
    return found


@contextmanager
def plain_browser(*, proxy: str | None = None) -> Iterator[webdriver.Chrome]:
    """Run a browser within the block, behind a proxy if one is named."""
    here, options = browser(), webdriver.ChromeOptions()
    options.binary_location = str(here.binary)
    options.add_argument("--headless=new")
    options.add_argument("--window-size=1920,1080")  # painting costs a tenth of the CPU
    if proxy is not None:
        options.add_argument(f"--proxy-server={proxy}")
        options.add_argument("--proxy-bypass-list=<-loopback>")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    service = webdriver.ChromeService(str(here.driver))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()
