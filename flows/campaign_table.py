"""Reads the table of a campaign run, whatever its form, going on where it stopped."""

from typing import Any

from tasks.campaigns.tables import OpenTable, open_table
from tasks.public_profiles.acquire import (
    AcquiredPortion,
    acquire_from_parquet,
    acquire_from_table,
)
from tasks.public_profiles.read_parquet import ParquetTable
from tasks.public_profiles.schemas import TableSource


class TableReading:
    """An uploaded table that is open; it has one reader at a time."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._lines = OpenTable(source.table_id)
        self._parquet: ParquetTable | None = None

    def acquire(self, position: dict[str, Any], *, limit: int) -> AcquiredPortion:
        """
        Read the next rows from a position on, at most `limit`.

        Raises:
            InvalidError: The table is damaged or lacks a column.
            NotFoundError: There is no such table.
        """
        source = self._source
        if source.form == "parquet":
            if self._parquet is None:
                self._parquet = ParquetTable(open_table(source.table_id))
            return acquire_from_parquet(
                source, self._parquet, position=position, limit=limit
            )
        lines = self._lines.lines(offset=position.get("offset", 0))
        return acquire_from_table(source, lines, position=position, limit=limit)
