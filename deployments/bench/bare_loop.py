"""
The yardstick: the same pages with aiohttp and selectolax, and nothing else.

No campaign, no dedupe beyond a set, no storage, no score: what any crawler of this
machine must at least spend (facts/acquisition.md B.3, "bare loop").
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, process_time
from urllib.parse import urljoin

import aiohttp
from selectolax.lexbor import LexborHTMLParser

PAGES_AT_ONCE = 32
FIELDS = (
    "h1.display-name",
    ".handle",
    ".verified",
    ".kind",
    ".bio",
    "dd.followers",
    "dd.following",
    "dd.posts",
    ".location",
    "ul.topics",
    "img.picture",
    "article.profile",
)


@dataclass(frozen=True, slots=True)
class BareResult:
    """What the bare loop took."""

    rows: int
    seconds: float
    cpu_seconds: float

    @property
    def rows_per_second(self) -> float:
        """Pages read in a second."""
        return self.rows / self.seconds

    @property
    def cpu_milliseconds_per_row(self) -> float:
        """CPU of this process for one page."""
        return self.cpu_seconds * 1000 / self.rows


def run_bare_loop(listing_url: str) -> BareResult:
    """Read every page that the listing and its followers link to."""
    began, cpu_before = monotonic(), process_time()
    rows = asyncio.run(_crawl(listing_url))
    return BareResult(
        rows=rows,
        seconds=monotonic() - began,
        cpu_seconds=process_time() - cpu_before,
    )


async def _crawl(listing_url: str) -> int:
    connections = aiohttp.TCPConnector(limit=PAGES_AT_ONCE)
    async with aiohttp.ClientSession(connector=connections) as browser:
        addresses = iter(await _list_pages(browser, listing_url))
        read = await asyncio.gather(
            *(_read_pages(browser, addresses) for _ in range(PAGES_AT_ONCE))
        )
    return sum(read)


async def _list_pages(
    browser: aiohttp.ClientSession, listing_url: str
) -> dict[str, None]:
    found: dict[str, None] = {}
    address: str | None = listing_url
    while address:
        page = LexborHTMLParser(await _fetch(browser, address))
        for link in page.css("a.person"):
            found[urljoin(address, link.attributes["href"] or "")] = None
        onward = page.css_first("a[rel=next]")
        href = onward.attributes["href"] if onward else None
        address = urljoin(address, href) if href else None
    return found


async def _read_pages(browser: aiohttp.ClientSession, addresses: Iterator[str]) -> int:
    read = 0
    for address in addresses:
        page = LexborHTMLParser(await _fetch(browser, address))
        nodes = [page.css_first(selector) for selector in FIELDS]
        read += bool([node.text() for node in nodes if node])
    return read


async def _fetch(browser: aiohttp.ClientSession, address: str) -> bytes:
    async with browser.get(address) as answer:
        answer.raise_for_status()
        return await answer.read()
