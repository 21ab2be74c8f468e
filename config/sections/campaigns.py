"""How a campaign run is cut into pieces."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Le

from config.sections.base import Section


class CampaignsSettings(Section):
    """Read from `MUSTER_CAMPAIGNS__*`."""

    batch_budget: timedelta = timedelta(seconds=10)
    """Work of one batch, one Prefect task; 5 to 15 s keep its cost below 1 %."""

    commit_interval: timedelta = timedelta(seconds=0.7)
    """Work between two commits of rows, scores, events and position."""

    largest_portion: Annotated[int, Ge(1), Le(20_000)] = 1_000
    """Most items in one transaction, however fast; each takes about 10 kB of memory."""

    large_table_bytes: Annotated[int, Ge(0)] = 4 * 1024 * 1024
    """A table of so many bytes is read by a process beside the one that stores it."""

    largest_page_portion: Annotated[int, Ge(1), Le(20_000)] = 64
    """Most pages in one transaction: after a crash so many may be fetched again."""

    heartbeat_interval: timedelta = timedelta(seconds=2)
    """How often a campaign run says that it is alive."""

    silence_limit: timedelta = timedelta(seconds=8)
    """A running campaign run silent for so long is taken up again."""

    browser_lease: Annotated[timedelta, Ge(timedelta(seconds=3))] = timedelta(
        seconds=45
    )
    """Browsers of a run that was killed are stopped after this, unless it goes on."""

    failure_pictures: Annotated[int, Ge(0), Le(1_000)] = 20
    """Pictures kept of pages that a browser could not read, for one campaign run."""

    largest_failure_picture: Annotated[int, Ge(1024)] = 1_000_000
    """A picture of more bytes is not kept."""

    listed_rows: Annotated[int, Ge(0), Le(10_000_000)] = 100_000
    """Rows of a table listed with what is wrong with them; more are only counted."""

    attempts: Annotated[int, Ge(1)] = 10
    """How often a run is taken up without progress before it fails for good."""
