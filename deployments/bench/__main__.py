"""python -m deployments.bench: measure Muster on a stack of its own, and end."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from types import FrameType
from typing import Any

from config.errors import ApplicationError
from deployments.bench.bare_loop import run_bare_loop
from deployments.bench.measured_campaign import (
    COLUMNS,
    CampaignWish,
    invent_people,
    measure_campaign,
    upload_people,
)
from deployments.bench.own_stack import OwnStack, own_stack
from deployments.bench.peer_crawls import crawl_as_peers
from deployments.bench.report import (
    BenchReport,
    CampaignFigures,
    as_object,
    print_report,
)

PAGES = 5_000
ROWS = 100_000
BROWSER_PAGES = 200
LARGE_ROWS = 1_000_000
_TABLE: dict[str, object] = {"kind": "table", "form": "csv", "platform": "demo"}
PARTS = (
    *("latency", "limiter", "api", "live", "campaigns", "browsers"),
    *("review", "vpn", "rotation", "proxied", "durability", "large"),
)
LONGEST_SECONDS = 600.0
"""For one campaign; a slower one ends the benchmark with an error."""


def main() -> int:
    """Run the benchmark; return the exit code."""
    wishes = _read_arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        with own_stack() as stack:
            report = _measure(stack, wishes)
    except ApplicationError as problem:
        sys.stderr.write(f"error: {problem.message}\n")
        return 1
    if wishes.json:
        sys.stdout.write(json.dumps(as_object(report), indent=2) + "\n")
    else:
        print_report(report)
    return 0


def _measure(stack: OwnStack, wishes: argparse.Namespace) -> BenchReport:
    # ruff: disable[PLC0415] - these read the settings of the stack that runs now
    from deployments.bench.api_load import measure_api
    from deployments.bench.browsers import measure_browsers
    from deployments.bench.durability import measure_durability
    from deployments.bench.large_table import measure_large_table
    from deployments.bench.latency import measure_latency
    from deployments.bench.limiter import measure_limiter
    from deployments.bench.live_load import measure_live
    from deployments.bench.proxied import measure_proxied
    from deployments.bench.review import measure_review
    from deployments.bench.rotation import measure_rotation
    from deployments.bench.tunnels import measure_tunnels

    # ruff: enable[PLC0415]

    def wish(name: str, source: Mapping[str, object], rows: int) -> CampaignWish:
        return _wish(stack, name, dict(source), wanted=rows)

    parts: dict[str, Callable[[], Any]] = {
        "latency": measure_latency,
        "limiter": measure_limiter,
        "api": lambda: measure_api(stack),
        "live": lambda: measure_live(stack),
        "campaigns": lambda: _measure_campaigns(
            stack,
            pages=wishes.pages,
            rows=wishes.rows,
            peers_python=wishes.peers_python,
        ),
        "browsers": lambda: measure_browsers(stack, wish, pages=wishes.browser_pages),
        "review": lambda: measure_review(stack, _queue_wish(stack, rows=wishes.rows)),
        "vpn": measure_tunnels,
        "rotation": measure_rotation,
        "proxied": lambda: measure_proxied(stack),
        "durability": lambda: measure_durability(stack, wish, pages=wishes.pages),
        "large": lambda: measure_large_table(
            stack, wish("A large table", _TABLE, 1), rows=wishes.large_rows
        ),
    }
    found = {name: parts[name]() for name in PARTS if name in wishes.only}
    return BenchReport(**found)


def _queue_wish(stack: OwnStack, *, rows: int) -> CampaignWish:
    """Have everybody of a table wait for a reviewer."""
    table_id = upload_people(stack, invent_people(stack, rows))
    source = {"kind": "table", "table_id": table_id, "form": "csv"}
    full: dict[str, object] = {**source, "columns": COLUMNS, "platform": "demo"}
    return replace(_wish(stack, "To review", full, wanted=rows), threshold=0)


def _measure_campaigns(
    stack: OwnStack, *, pages: int, rows: int, peers_python: str | None
) -> CampaignFigures:
    listing_url = f"{stack.site_url}/bench?page=1&of={pages}"
    html = measure_campaign(
        stack,
        _wish(
            stack,
            f"{pages:,} pages",
            {"kind": "html_pages", "listing_url": listing_url},
            wanted=pages,
        ),
        longest_seconds=LONGEST_SECONDS,
    )
    bare = run_bare_loop(listing_url)
    peers = (
        crawl_as_peers(listing_url, python=peers_python, wanted=pages)
        if peers_python
        else []
    )
    people = invent_people(stack, rows)
    began = monotonic()
    table_id = upload_people(stack, people)
    upload_seconds = monotonic() - began
    source = {"kind": "table", "table_id": table_id, "form": "csv"}
    table = measure_campaign(
        stack,
        _wish(
            stack,
            f"{rows:,} table rows",
            {**source, "columns": COLUMNS, "platform": "demo"},
            wanted=rows,
        ),
        longest_seconds=LONGEST_SECONDS,
    )
    return CampaignFigures(
        html=html,
        table=table,
        bare=bare,
        peers=peers,
        upload_seconds=upload_seconds,
    )


def _wish(
    stack: OwnStack, name: str, source: dict[str, object], *, wanted: int
) -> CampaignWish:
    """Take recipe, criteria and threshold from the demo campaign."""
    from deployments.seed import demo_campaign  # noqa: PLC0415 - reads the settings of the stack that runs now

    demo = demo_campaign(f"{stack.site_url}/")
    if source["kind"] != "table":
        source = {**source, "recipe": demo["source"]["recipe"]}
    return CampaignWish(
        name=name,
        source=source,
        wanted=wanted,
        criteria=demo["criteria"],
        threshold=demo["threshold"],
    )


def _leave(number: int, _frame: FrameType | None) -> None:
    for again in (signal.SIGINT, signal.SIGTERM):
        signal.signal(again, signal.SIG_IGN)
    sys.exit(128 + number)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deployments.bench", description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="HTML pages to read")
    parser.add_argument("--rows", type=int, default=ROWS, help="table rows to read")
    parser.add_argument(
        "--large-rows", type=int, default=LARGE_ROWS, help="rows of the large table"
    )
    parser.add_argument(
        "--browser-pages",
        type=int,
        default=BROWSER_PAGES,
        help="pages to read in browsers",
    )
    parser.add_argument(
        "--peers-python",
        metavar="PYTHON",
        help="measure Scrapy and Crawlee beside us, by an interpreter that has them "
        "(dependency group bench)",
    )
    parser.add_argument("--json", action="store_true", help="an object, not tables")
    parser.add_argument(
        "--only",
        type=_read_parts,
        default=PARTS,
        metavar="PART,...",
        help=f"some of {', '.join(PARTS)}; all if left out",
    )
    return parser.parse_args()


def _read_parts(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = set(parts) - set(PARTS)
    if unknown or not parts:
        raise argparse.ArgumentTypeError(
            f"there are {', '.join(PARTS)}, not {', '.join(sorted(unknown)) or text!r}"
        )
    return parts


if __name__ == "__main__":
    sys.exit(main())
