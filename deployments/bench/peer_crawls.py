"""How other crawlers do on the same pages, in the same run of the benchmark."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deployments.bench.bare_loop import FIELDS
from deployments.bench.measured_campaign import BenchFailedError

LONGEST_SECONDS = 600.0
_FOLDER = Path(__file__).parent / "peers"
_KIB = 1024


@dataclass(frozen=True, slots=True)
class PeerCrawl:
    """What one crawler took; nothing of it is scored, queued or survives a crash."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    """From the first request to the last record, without what starting took."""

    peak_bytes: int

    @property
    def rows_per_second(self) -> float:
        """Pages read in a second."""
        return self.rows / self.seconds

    @property
    def cpu_milliseconds_per_row(self) -> float:
        """CPU of the crawler's process for one page."""
        return self.cpu_seconds * 1000 / self.rows


def crawl_as_peers(listing_url: str, *, python: str, wanted: int) -> list[PeerCrawl]:
    """
    Read the pages of a listing with Scrapy, and with Crawlee in memory and on files.

    Args:
        listing_url: The first page of the listing.
        python: An interpreter that has them (dependency group `bench`).
        wanted: Pages that each has to read.

    Raises:
        BenchFailedError: One of them is not there, or did not read all pages.
    """
    with TemporaryDirectory(prefix="muster-bench-") as folder:
        crawls = (
            ("Scrapy, in memory", "scrapy_crawl.py", ""),
            ("Crawlee, in memory", "crawlee_crawl.py", ""),
            ("Crawlee, on files", "crawlee_crawl.py", folder),
        )
        found = [
            _crawl(name, [python, str(_FOLDER / file)], listing_url, storage)
            for name, file, storage in crawls
        ]
    for one in found:
        if one.rows != wanted:
            raise BenchFailedError(f"{one.name} read {one.rows} of {wanted} pages")
    return found


def _crawl(name: str, command: list[str], listing_url: str, storage: str) -> PeerCrawl:
    said, peak_bytes = _run([*command, listing_url, json.dumps(FIELDS), storage], name)
    figures = json.loads(said)
    return PeerCrawl(name=name, **figures, peak_bytes=peak_bytes)


def _run(command: list[str], name: str) -> tuple[str, int]:
    """Return the last line a program wrote, and the most memory it had."""
    with TemporaryDirectory(prefix="muster-bench-") as folder:
        measured = [sys.executable, "-c", _MEASURE, *command]
        done = subprocess.run(  # noqa: S603 - our own files, by the interpreter asked for
            measured,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    if done.returncode:
        raise BenchFailedError(
            f"{name} failed: {done.stderr.strip()[-300:]}; it is of the dependency "
            "group `bench`: uv pip install --group bench, or name an interpreter that "
            "has it with --peers-python"
        )
    figures, peak = done.stdout.strip().splitlines()[-2:]
    return figures, int(peak) * _KIB


_MEASURE = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ended.returncode)
"""
"""Linux counts the most memory of children in KiB, for a process and not for a call."""
