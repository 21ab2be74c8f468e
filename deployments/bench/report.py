"""What the benchmark found: a table for people, an object for programs."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deployments.bench.api_load import ApiLoad
from deployments.bench.bare_loop import BareResult
from deployments.bench.browsers import BrowserFigures
from deployments.bench.durability import DurabilityFigures
from deployments.bench.hard_cases_table import faults_table, kills_table, large_table
from deployments.bench.large_table import LargeTableFigures
from deployments.bench.live_load import LiveLoad
from deployments.bench.measured_campaign import Measured
from deployments.bench.peer_crawls import PeerCrawl
from deployments.bench.proxied import ProxiedFigures
from deployments.bench.proxied_table import forwarder_table, rules_table
from deployments.bench.review import ReviewFigures

MEBIBYTE = 1024 * 1024
WIDTH = 110


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """What campaigns took, beside the yardstick."""

    html: Measured
    table: Measured
    bare: BareResult
    """The yardstick, over the same pages as `html`."""

    upload_seconds: float
    peers: Sequence[PeerCrawl] = ()
    """Other crawlers over the same pages, if they were asked for."""

    @property
    def cpu_ratio(self) -> float:
        """CPU for one page of the whole path, in units of the bare loop's."""
        return self.html.cpu_milliseconds_per_row / self.bare.cpu_milliseconds_per_row


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Everything one benchmark measured; what was not asked for is empty."""

    campaigns: CampaignFigures | None = None
    latency: Mapping[str, Any] = field(default_factory=dict)
    """From click to the first line of flow code, as `latency.py` words it."""

    limiter: Mapping[str, float] = field(default_factory=dict)
    """Operations a second, as `limiter.py` words them."""

    api: Sequence[ApiLoad] = ()
    live: Sequence[LiveLoad] = ()
    browsers: BrowserFigures | None = None
    review: ReviewFigures | None = None
    vpn: Mapping[str, float] = field(default_factory=dict)
    """Seconds to a tunnel whose exit was seen, and back, as `tunnels.py` words it."""

    proxied: ProxiedFigures | None = None
    rotation: Mapping[str, float] = field(default_factory=dict)
    """As `rotation.py` words it."""

    durability: DurabilityFigures | None = None
    large: LargeTableFigures | None = None


def as_object(report: BenchReport) -> dict[str, Any]:
    """Return the report for `--json`."""
    return {
        "machine": {
            "cores": psutil.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
            "python": platform.python_version(),
        },
        **(_campaigns_as_object(report.campaigns) if report.campaigns else {}),
        "latency": dict(report.latency),
        "limiter": dict(report.limiter),
        "api": [
            asdict(one)
            | {
                "requests_per_second": one.requests_per_second,
                "cpu_milliseconds_per_request": one.cpu_milliseconds_per_request,
            }
            for one in report.api
        ],
        "live": [
            asdict(one)
            | {
                "events_per_second": one.events_per_second,
                "cpu_microseconds_per_delivery": one.cpu_microseconds_per_delivery,
            }
            for one in report.live
        ],
        "vpn": dict(report.vpn),
        **(_browsers_as_object(report.browsers) if report.browsers else {}),
        **({"review": asdict(report.review)} if report.review else {}),
        **({"proxied": asdict(report.proxied)} if report.proxied else {}),
        **({"rotation": dict(report.rotation)} if report.rotation else {}),
        **({"durability": asdict(report.durability)} if report.durability else {}),
        **(_large_as_object(report.large) if report.large else {}),
    }


def print_report(report: BenchReport) -> None:
    """Print the report as small tables."""
    console = Console(highlight=False, width=WIDTH)
    for table in _tables_of(report):
        console.print(table)


def _tables_of(report: BenchReport) -> Iterator[Table | str]:
    if report.campaigns is not None:
        yield _campaign_table(report.campaigns)
        yield _stage_table(report.campaigns)
        yield (
            f"The whole path takes {report.campaigns.cpu_ratio:.1f} times the CPU of "
            "the bare loop. Uploading the table took "
            f"{report.campaigns.upload_seconds:.1f} s."
        )
    parts: tuple[tuple[Any, Callable[[Any], Table]], ...] = (
        (report.browsers, _browser_table),
        (report.review, _review_table),
        (report.api, _api_table),
        (report.live, _live_table),
        (report.limiter, _limiter_table),
        (report.latency, _latency_table),
        (report.vpn, _vpn_table),
        (report.rotation, _rotation_table),
        (report.proxied, rules_table),
        (report.proxied, forwarder_table),
        (report.durability, faults_table),
        (report.durability, kills_table),
        (report.large, large_table),
    )
    yield from (draw(figures) for figures, draw in parts if figures)


def _campaigns_as_object(figures: CampaignFigures) -> dict[str, Any]:
    return {
        "campaigns": [_figures(figures.html), _figures(figures.table)],
        "bare": asdict(figures.bare)
        | {
            "rows_per_second": figures.bare.rows_per_second,
            "cpu_milliseconds_per_row": figures.bare.cpu_milliseconds_per_row,
        },
        "cpu_ratio_to_bare": figures.cpu_ratio,
        "peers": [
            asdict(one)
            | {
                "rows_per_second": one.rows_per_second,
                "cpu_milliseconds_per_row": one.cpu_milliseconds_per_row,
            }
            for one in figures.peers
        ],
        "upload_seconds": figures.upload_seconds,
    }


def _large_as_object(figures: LargeTableFigures) -> dict[str, Any]:
    return {"large": asdict(figures) | {"campaign": _figures(figures.campaign)}}


def _browsers_as_object(figures: BrowserFigures) -> dict[str, Any]:
    return {
        "browsers": asdict(figures)
        | {
            "one": _figures(figures.one),
            "two": _figures(figures.two),
            "plain_rows_per_second": figures.plain.rows_per_second,
            "ratio_to_plain": figures.ratio,
            "pages_per_second": figures.pages_per_second(figures.one),
            "cpu_milliseconds_per_page": figures.cpu_milliseconds_per_page,
            "plain_cpu_milliseconds_per_page": figures.plain.cpu_milliseconds_per_row,
        }
    }


def _browser_table(figures: BrowserFigures) -> Table:
    table = Table("browsers", title="Browser profiles")
    table.add_column("", justify="right")
    rows = {
        "start of a browser profile, s (median)": f"{figures.start_seconds:.2f}",
        "to its first page, s (median)": f"{figures.first_page_seconds:.2f}",
        "plain Selenium: to the first page, s": (
            f"{figures.plain_first_page_seconds:.2f}"
        ),
        "plain Selenium loop, pages/s": f"{figures.plain.rows_per_second:.1f}",
        "campaign with one browser, pages/s": (
            f"{figures.pages_per_second(figures.one):.1f}"
        ),
        "one browser in units of the plain loop": f"{figures.ratio:.2f}",
        "campaign with two browsers, pages/s": (
            f"{figures.pages_per_second(figures.two):.1f}"
        ),
        "plain Selenium loop, CPU ms/page": (
            f"{figures.plain.cpu_milliseconds_per_row:.0f}"
        ),
        "campaign with one browser, CPU ms/page": (
            f"{figures.cpu_milliseconds_per_page:.0f}"
        ),
    }
    for running, taken in enumerate(figures.bytes_per_browser, 1):
        rows[f"MiB (PSS) a browser, {running} running"] = f"{taken / MEBIBYTE:.0f}"
    for name, figure in rows.items():
        table.add_row(name, figure)
    return table


def _review_table(figures: ReviewFigures) -> Table:
    table = Table("review", title=f"{figures.waiting:,} waiting for a reviewer")
    table.add_column("", justify="right")
    rows = {
        "one decision, ms (median)": _milliseconds(figures.decision_p50),
        "one decision, ms (p99)": _milliseconds(figures.decision_p99),
        "the next ten cards, ms (median)": _milliseconds(figures.lease_p50),
        "5,000 by a filter, s": _seconds(figures.filter_seconds),
        "5,000 by their ids, s": _seconds(figures.ids_seconds),
        "5,000 taken back as one, s": _seconds(figures.undo_seconds),
        "all of them, s": _seconds(figures.everything_seconds),
        "longest without progress, s": _seconds(figures.silence_seconds),
    }
    for name, figure in rows.items():
        table.add_row(name, figure)
    return table


def _campaign_table(report: CampaignFigures) -> Table:
    table = Table("campaign", title="Campaigns")
    for heading in (
        "rows",
        "seconds",
        "rows/s",
        "CPU ms/row",
        "peak MiB",
        "until it ran, s",
        "unreadable",
    ):
        table.add_column(heading, justify="right")
    for each in (report.html, report.table):
        table.add_row(
            each.name,
            f"{each.rows:,}",
            f"{each.seconds:.1f}",
            f"{each.rows_per_second:,.0f}",
            f"{each.cpu_milliseconds_per_row:.2f}",
            f"{each.peak_bytes / MEBIBYTE:.0f}",
            f"{each.seconds_to_start:.2f}",
            f"{each.unreadable:,}",
        )
    table.add_row(
        "bare loop, same pages",
        f"{report.bare.rows:,}",
        f"{report.bare.seconds:.1f}",
        f"{report.bare.rows_per_second:,.0f}",
        f"{report.bare.cpu_milliseconds_per_row:.2f}",
    )
    for one in report.peers:
        table.add_row(
            f"{one.name}, same pages",
            f"{one.rows:,}",
            f"{one.seconds:.1f}",
            f"{one.rows_per_second:,.0f}",
            f"{one.cpu_milliseconds_per_row:.2f}",
            f"{one.peak_bytes / MEBIBYTE:.0f}",
        )
    return table


def _stage_table(report: CampaignFigures) -> Table:
    table = Table("stage", title="Seconds of work in each stage")
    campaigns = (report.html, report.table)
    for each in campaigns:
        table.add_column(each.name, justify="right")
    stages = dict.fromkeys(stage for each in campaigns for stage in each.stages)
    for stage in stages:
        table.add_row(stage, *(_seconds(each.stages.get(stage)) for each in campaigns))
    return table


def _latency_table(latency: Mapping[str, Any]) -> Table:
    table = Table("from click to first line", title="Latency")
    table.add_column("", justify="right")
    for name, figure in latency.items():
        table.add_row(
            name, f"{figure:.3f}" if isinstance(figure, float) else f"{figure}"
        )
    return table


def _vpn_table(figures: Mapping[str, float]) -> Table:
    table = Table("tunnels", title="VPN, to the exit that was seen and back")
    table.add_column("", justify="right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.3f}")
    return table


def _api_table(loads: Sequence[ApiLoad]) -> Table:
    table = Table("route", title="Reading over the API")
    for heading in (
        "connections",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "highest ms",
        "CPU ms/request",
    ):
        table.add_column(heading, justify="right")
    for each in loads:
        table.add_row(
            each.route,
            f"{each.connections}",
            f"{each.requests_per_second:,.0f}",
            *map(_milliseconds, (each.p50, each.p99, each.highest)),
            f"{each.cpu_milliseconds_per_request:.2f}",
        )
    return table


def _live_table(loads: Sequence[LiveLoad]) -> Table:
    table = Table("pace", title="Live: from commit through the relay to every client")
    for heading in (
        "clients",
        "events",
        "events/s",
        "p50 ms",
        "p99 ms",
        "highest ms",
        "API CPU us/delivery",
    ):
        table.add_column(heading, justify="right")
    for each in loads:
        table.add_row(
            each.name,
            f"{each.clients}",
            f"{each.events:,}",
            f"{each.events_per_second:,.0f}",
            *map(_milliseconds, (each.p50, each.p99, each.highest)),
            f"{each.cpu_microseconds_per_delivery:.1f}",
        )
    return table


def _limiter_table(rates: Mapping[str, float]) -> Table:
    table = Table("limiter", title="Counting requests")
    table.add_column("operations/s", justify="right")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}")
    return table


def _rotation_table(figures: Mapping[str, float]) -> Table:
    table = Table("rotation", title="Choosing a proxy")
    table.add_column("", justify="right")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.2f}")
    return table


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _seconds(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.2f}"


def _figures(measured: Measured) -> dict[str, Any]:
    told = asdict(measured) | {"peak_bytes": measured.peak_bytes}
    del told["memory"]
    return told | {
        "rows_per_second": measured.rows_per_second,
        "cpu_milliseconds_per_row": measured.cpu_milliseconds_per_row,
    }
