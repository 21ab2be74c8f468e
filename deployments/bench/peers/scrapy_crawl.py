"""The measured crawl by Scrapy, in memory; run as a file, without Muster."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

PAGES_AT_ONCE = 32


class People(scrapy.Spider):
    """Reads every page that the listing and its followers link to."""

    name = "people"

    def __init__(self, listing_url: str, fields: list[str], read: list[Any]) -> None:
        super().__init__()
        self.start_urls = [listing_url]
        self.fields, self.read = fields, read

    def parse(self, response: Any, **_: Any) -> Iterator[Any]:
        """Follow the links of one page of the listing."""
        for link in response.css("a.person"):
            yield response.follow(link, self.parse_person)
        for link in response.css("a[rel=next]"):
            yield response.follow(link, self.parse)

    def parse_person(self, response: Any) -> None:
        """Read one person."""
        values = [response.css(one).xpath("string()").get() for one in self.fields]
        self.read.append(values)


def main() -> None:
    """Crawl, and print what it took as one line of JSON."""
    listing_url, fields, _storage = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    read: list[Any] = []
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": PAGES_AT_ONCE,
            "CONCURRENT_REQUESTS_PER_DOMAIN": PAGES_AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(People, listing_url=listing_url, fields=fields, read=read)
    began, cpu_before = time.monotonic(), time.process_time()
    process.start()
    figures = {
        "rows": len(read),
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu_before,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
