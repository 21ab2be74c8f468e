"""The measured crawl by Crawlee, in memory or on files; run as a file by itself."""

import asyncio
import json
import logging
import sys
import time
from typing import Any

from crawlee import ConcurrencySettings, Request
from crawlee.configuration import Configuration
from crawlee.crawlers import ParselCrawler
from crawlee.storage_clients import FileSystemStorageClient, MemoryStorageClient

PAGES_AT_ONCE = 32
LISTING = "listing"


async def crawl(listing_url: str, fields: list[str], storage: str) -> int:
    """Read every page that the listing and its followers link to; count them."""
    client = FileSystemStorageClient() if storage else MemoryStorageClient()
    crawler = ParselCrawler(
        storage_client=client,
        configuration=Configuration(storage_dir=storage or ".", purge_on_start=False),
        concurrency_settings=ConcurrencySettings(
            min_concurrency=PAGES_AT_ONCE,
            desired_concurrency=PAGES_AT_ONCE,
            max_concurrency=PAGES_AT_ONCE,
        ),
        configure_logging=False,
    )
    read = 0

    @crawler.router.default_handler
    async def read_person(context: Any) -> None:
        nonlocal read
        page = context.selector
        values = {one: page.css(one).xpath("string()").get() for one in fields}
        await context.push_data({"url": context.request.url, **values})
        read += 1

    @crawler.router.handler(LISTING)
    async def follow(context: Any) -> None:
        await context.enqueue_links(selector="a.person")
        await context.enqueue_links(selector="a[rel=next]", label=LISTING)

    await crawler.run([Request.from_url(listing_url, label=LISTING)])
    return read


def main() -> None:
    """Crawl, and print what it took as one line of JSON."""
    logging.disable(logging.WARNING)
    listing_url, fields, storage = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    began, cpu_before = time.monotonic(), time.process_time()
    rows = asyncio.run(crawl(listing_url, fields, storage))
    figures = {
        "rows": rows,
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu_before,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
