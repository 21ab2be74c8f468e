"""The tables of what is large or goes wrong: faults, kills, a million rows."""

from rich.table import Table

from deployments.bench.durability import DurabilityFigures
from deployments.bench.large_table import LargeTableFigures

MEBIBYTE = 1024 * 1024


def faults_table(figures: DurabilityFigures) -> Table:
    """Return what became of the pages of a faulty listing."""
    table = Table(title="A listing of which a tenth fails")
    for heading in ("pages", "read", "reported", "requests", "too soon", "seconds"):
        table.add_column(heading, justify="right")
    one = figures.faults
    counts = (one.pages, one.acquired, one.reported, one.requests, one.asked_too_soon)
    table.add_row(*(f"{count:,}" for count in counts), f"{one.seconds:.1f}")
    return table


def kills_table(figures: DurabilityFigures) -> Table:
    """Return how runs went on whose worker was killed with all it had started."""
    table = Table(title="kill -9 at half")
    for heading in (
        "stored",
        "counted",
        "doubled",
        "pages fetched twice",
        "worker back, s",
        "first new page after that, s",
    ):
        table.add_column(heading, justify="right")
    for one in figures.kills:
        table.add_row(
            f"{one.stored:,}",
            f"{one.acquired:,}",
            f"{one.doubled}",
            f"{one.fetched_twice}",
            f"{one.worker_back_seconds:.1f}",
            f"{one.first_new_page_seconds:.1f}",
        )
    return table


def large_table(figures: LargeTableFigures) -> Table:
    """Return what a large table took, and its reviewer."""
    table = Table("a large table", title="A table, and a reviewer beside it")
    table.add_column("", justify="right")
    one = figures.campaign
    rows = {
        "rows": f"{one.rows:,}",
        "seconds": f"{one.seconds:.1f}",
        "rows/s": f"{one.rows_per_second:,.0f}",
        "CPU of the worker, us/row": f"{one.cpu_milliseconds_per_row * 1000:.0f}",
        "MiB, first quarter": f"{figures.first_quarter_bytes / MEBIBYTE:.0f}",
        "MiB, last quarter": f"{figures.last_quarter_bytes / MEBIBYTE:.0f}",
        "times a reviewer asked": f"{figures.asked:,}",
        "ten cards, ms (p95)": f"{figures.cards_p95 * 1000:.0f}",
        "the list, ms (p95)": f"{figures.list_p95 * 1000:.0f}",
        "a decision, ms (p95)": f"{figures.decision_p95 * 1000:.0f}",
    }
    for name, figure in rows.items():
        table.add_row(name, figure)
    return table
