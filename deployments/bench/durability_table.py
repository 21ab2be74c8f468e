"""The tables of faults and kills."""

from rich.table import Table

from deployments.bench.durability import DurabilityFigures


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
