"""All public profiles of a campaign as a file, read and written some at a time."""

from collections.abc import Iterator
from itertools import chain
from typing import Literal
from uuid import UUID

from tasks.database import transaction
from tasks.reviews.export_lines import (
    RESULT_COLUMNS,
    csv_head,
    csv_of,
    json_lines_of,
)
from tasks.reviews.parquet_rows import parquet_of
from tasks.reviews.repository import list_results
from tasks.reviews.schemas import CampaignResult, ResultPlace

ResultForm = Literal["csv", "jsonl", "parquet"]

EXPORTED_AT_ONCE = 1_000
"""Read in one transaction, and the size of a row group: a few MB of memory."""


def result_file(campaign_id: UUID, form: ResultForm) -> Iterator[bytes]:
    """
    Return the pieces of a file of all that a campaign has acquired, each once.

    The first is read at once, so that what cannot be read is refused before a file has
    begun. Every piece is a transaction of its own: a slow reader holds none open.
    """
    portions = all_results(campaign_id)
    read = chain([next(portions)], portions)
    if form == "parquet":
        return parquet_of(read)
    if form == "jsonl":
        return (json_lines_of(results).encode() for results in read)
    head = csv_head(RESULT_COLUMNS)
    lines = (csv_of(results, RESULT_COLUMNS) for results in read)
    return (text.encode() for text in chain([head], lines))


def all_results(campaign_id: UUID) -> Iterator[list[CampaignResult]]:
    """Yield all that a campaign has acquired, some at a time, each once."""
    after: ResultPlace | None = None
    while True:
        with transaction() as session:
            results, after = list_results(
                session, campaign_id, after=after, limit=EXPORTED_AT_ONCE
            )
        yield results
        if len(results) < EXPORTED_AT_ONCE:
            return
