"""Reads the table of a campaign run, whatever its form, going on where it stopped."""

import logging
from datetime import datetime
from typing import Any

from config.settings import settings
from flows.campaign_reading import ReadPortion, read_portion
from flows.table_process import TableProcess
from tasks.campaigns.tables import OpenTable, get_table_size, open_table
from tasks.public_profiles.acquire import (
    AcquiredPortion,
    acquire_from_parquet,
    acquire_from_table,
)
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.read_parquet import ParquetTable
from tasks.public_profiles.schemas import TableSource
from tasks.public_profiles.score import Scoring

log = logging.getLogger(__name__)


class TableReader:
    """
    An uploaded table that is open; it has one reader at a time. Close it at the end.

    A large table is read in a process of its own, beside the one that stores its rows.
    """

    def __init__(
        self,
        source: TableSource,
        criteria: Criteria,
        *,
        at: datetime,
        may_use_process: bool = True,
    ) -> None:
        """
        Open nothing yet.

        Args:
            source: The table and its columns.
            criteria: What its rows are held against.
            at: The run's clock.
            may_use_process: Whether another process may do the reading.
        """
        self._source = source
        self._scoring = Scoring(criteria, now=at)
        self._lines = OpenTable(source.table_id)
        self._parquet: ParquetTable | None = None
        self._beside: TableProcess | None = None
        if may_use_process and _is_large(source):
            try:
                self._beside = TableProcess(source, criteria, at=at)
            except OSError as full:
                log.warning("the run reads its table without a process: %s", full)

    def read(self, position: dict[str, Any], *, limit: int) -> ReadPortion:
        """
        Read, score and pack the next rows from a position on, at most `limit`.

        Raises:
            InvalidError: The table is damaged or lacks a column.
            NotFoundError: There is no such table.
        """
        if self._beside is not None:
            read = self._beside.read(position, limit=limit)
            if read is not None:
                return read
        return read_portion(lambda: self._acquire(position, limit=limit), self._scoring)

    def close(self) -> None:
        """End the process that reads, if there is one."""
        if self._beside is not None:
            self._beside.close()

    def _acquire(self, position: dict[str, Any], *, limit: int) -> AcquiredPortion:
        source = self._source
        if source.form == "parquet":
            if self._parquet is None:
                self._parquet = ParquetTable(open_table(source.table_id))
            return acquire_from_parquet(
                source, self._parquet, position=position, limit=limit
            )
        lines = self._lines.lines(offset=position.get("offset", 0))
        return acquire_from_table(source, lines, position=position, limit=limit)


def _is_large(source: TableSource) -> bool:
    least = settings().campaigns.large_table_bytes
    return get_table_size(source.table_id) >= least
