"""What the benchmark found: a table for people, an object for programs."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deployments.bench.bare_loop import BareResult
from deployments.bench.measured_campaign import Measured

MEBIBYTE = 1024 * 1024
WIDTH = 110


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Everything one benchmark measured."""

    html: Measured
    table: Measured
    bare: BareResult
    """The yardstick, over the same pages as `html`."""

    latency: Mapping[str, Any]
    """From click to the first line of flow code, as `latency.py` words it."""

    upload_seconds: float

    @property
    def cpu_ratio(self) -> float:
        """CPU for one page of the whole path, in units of the bare loop's."""
        return self.html.cpu_milliseconds_per_row / self.bare.cpu_milliseconds_per_row


def as_object(report: BenchReport) -> dict[str, Any]:
    """Return the report for `--json`."""
    return {
        "machine": {
            "cores": psutil.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
            "python": platform.python_version(),
        },
        "campaigns": [_figures(report.html), _figures(report.table)],
        "bare": asdict(report.bare)
        | {
            "rows_per_second": report.bare.rows_per_second,
            "cpu_milliseconds_per_row": report.bare.cpu_milliseconds_per_row,
        },
        "cpu_ratio_to_bare": report.cpu_ratio,
        "upload_seconds": report.upload_seconds,
        "latency": dict(report.latency),
    }


def print_report(report: BenchReport) -> None:
    """Print the report as small tables."""
    console = Console(highlight=False, width=WIDTH)
    console.print(_campaign_table(report))
    console.print(_stage_table(report))
    console.print(
        f"The whole path takes {report.cpu_ratio:.1f} times the CPU of the bare loop. "
        f"Uploading the table took {report.upload_seconds:.1f} s."
    )
    console.print(_latency_table(report))


def _campaign_table(report: BenchReport) -> Table:
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
    return table


def _stage_table(report: BenchReport) -> Table:
    table = Table("stage", title="Seconds of work in each stage")
    campaigns = (report.html, report.table)
    for each in campaigns:
        table.add_column(each.name, justify="right")
    stages = dict.fromkeys(stage for each in campaigns for stage in each.stages)
    for stage in stages:
        table.add_row(stage, *(_seconds(each.stages.get(stage)) for each in campaigns))
    return table


def _latency_table(report: BenchReport) -> Table:
    table = Table("from click to first line", title="Latency")
    table.add_column("", justify="right")
    for name, figure in report.latency.items():
        table.add_row(
            name, f"{figure:.3f}" if isinstance(figure, float) else f"{figure}"
        )
    return table


def _seconds(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.2f}"


def _figures(measured: Measured) -> dict[str, Any]:
    return asdict(measured) | {
        "rows_per_second": measured.rows_per_second,
        "cpu_milliseconds_per_row": measured.cpu_milliseconds_per_row,
    }
