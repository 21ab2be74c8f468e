"""What a portion says about its items, noted so that the run's totals add up."""

from typing import Any, NamedTuple

from flows.campaign_reading import ReadPortion
from tasks.campaigns.run_items import (
    UnreadItem,
    add_pages,
    add_unreadable_items,
    settle_pages,
)
from tasks.campaigns.schemas import TakenRun


class NotedItems(NamedTuple):
    """What one portion adds to its run."""

    found: int
    """Items that were met for the first time."""

    listed: int


def note_items(
    session: Any, taken: TakenRun, read: ReadPortion, *, most_listed: int | None
) -> NotedItems:
    """
    Note pages that were found and settled, and what could not be read.

    What a run has found is always what came to some fate and what waits: an item that
    was read without having waited as a page was found just now.

    Args:
        session: The transaction of the portion.
        taken: The run.
        read: What was read.
        most_listed: List no more than so many; None for all.
    """
    run_id, portion = taken.campaign_run_id, read.portion
    added = add_pages(
        session, run_id, portion.found_urls, stands_for=portion.stands_for
    )
    settled = settle_pages(
        session, run_id, portion.settled_urls, failed=portion.failed_urls
    )
    told = [
        UnreadItem(one.reference, one.reason, one.fate) for one in portion.unreadable
    ]
    told += [UnreadItem(one.reference, one.reason, None) for one in portion.unclear]
    told = told[:most_listed]
    add_unreadable_items(session, run_id, told)
    return NotedItems(added + read.items - settled, len(told))
