"""Read public profiles from a Parquet file, some rows at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from math import isnan
from typing import IO, Any

from config.errors import InvalidError
from tasks.public_profiles.read_table import (
    Position,
    TablePortion,
    build_from_objects,
    check_columns,
    place_of,
    sort_in,
)
from tasks.public_profiles.schemas import TableSource
from tasks.public_profiles.table_lines import Row

SIGNATURE = b"PAR1"
"""Every Parquet file begins with it."""

BATCH_ROWS = 512
BUFFER_BYTES = 262_144
"""Read at a time of each column, so that memory stays flat."""


class ParquetTable:
    """An open Parquet file; rows are taken in their order, or from any row on."""

    def __init__(self, file: IO[bytes]) -> None:
        # Imported late: sixty MB of memory, and pyarrow tells no types.
        from pyarrow import parquet  # type: ignore[import-untyped]  # noqa: PLC0415

        with _telling_faults():
            self._file = parquet.ParquetFile(
                file, buffer_size=BUFFER_BYTES, pre_buffer=False
            )
        self._columns: list[str] | None = None
        self._next_row = 0
        self._rows: Iterator[dict[str, Any]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns; those within another as dotted paths."""
        found: list[str] = []
        for one in self._file.schema_arrow:
            found += [column.name for column in _flat(one)]
        return tuple(found)

    def choose(self, source: TableSource) -> None:
        """
        Read only the columns that a source names.

        Raises:
            InvalidError: There is no such column; the field is named.
        """
        known = set(self._file.schema_arrow.names)
        paths = set(source.wanted_columns.values())
        for name, path in source.wanted_columns.items():
            bare = path.removeprefix("$.")
            if path not in known and bare.partition(".")[0] not in known:
                raise InvalidError(
                    f"the table has no column {path!r}; its columns are: "
                    f"{', '.join(self.columns)}",
                    field=place_of(name),
                )
        heads = {one.removeprefix("$.").partition(".")[0] for one in paths}
        self._columns = sorted(known & (heads | paths))

    def take(self, start: int, limit: int) -> list[dict[str, Any]]:
        """
        Return rows from number `start` on, the first being 0; fewer at the end.

        Raises:
            InvalidError: The file is damaged there.
        """
        if self._rows is None or start != self._next_row:
            self._rows = self._rows_from(start)
        with _telling_faults():
            taken = list(islice(self._rows, limit))
        self._next_row = start + len(taken)
        return taken

    def _rows_from(self, start: int) -> Iterator[dict[str, Any]]:
        groups = self._file.metadata.num_row_groups
        first, skipped = 0, start
        while first < groups:
            inside = self._file.metadata.row_group(first).num_rows
            if skipped < inside:
                break
            first, skipped = first + 1, skipped - inside
        batches = self._file.iter_batches(
            batch_size=BATCH_ROWS,
            row_groups=list(range(first, groups)),
            columns=self._columns,
            use_threads=False,
        )
        for batch in batches:
            if skipped >= batch.num_rows:
                skipped -= batch.num_rows
                continue
            yield from batch.slice(skipped).to_pylist()
            skipped = 0


def read_parquet(
    table: ParquetTable,
    *,
    source: TableSource,
    limit: int,
    position: Position | None = None,
) -> TablePortion:
    """
    Return the next rows of a table, at most `limit`, readable or not.

    Args:
        table: The open file.
        source: Columns of the table.
        limit: Most rows to read.
        position: That of the portion before, with `row`; `None` at the beginning.

    Raises:
        InvalidError: It is damaged, or lacks a column; `field` says where.
    """
    check_columns(source)
    table.choose(source)
    start = int(position["row"]) if position else 0
    rows = table.take(start, limit)
    build = build_from_objects(source, plain=plain_cell)
    portion = TablePortion({"row": start + len(rows)}, ended=len(rows) < limit)
    for number, cells in enumerate(rows, start=start + 1):
        sort_in(Row(number, cells, unit="row"), build, portion)
    return portion


def plain_cell(cell: Any) -> Any:  # noqa: PLR0911 - one for each type
    """Return a cell as JSON would state it; what is not a number is nothing."""
    match cell:
        case bytes():
            return cell.decode("utf-8", "replace")
        case float():
            return None if isnan(cell) else cell
        case Decimal():
            return int(cell) if cell == cell.to_integral_value() else float(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case list():
            return [plain_cell(one) for one in cell]
        case dict():
            return {str(name): plain_cell(one) for name, one in cell.items()}
        case _:
            return cell


def _flat(column: Any) -> list[Any]:
    """Return a column, or those within it, however deep."""
    parts = column.flatten()
    if len(parts) == 1 and parts[0].equals(column):
        return [column]
    return [inner for part in parts for inner in _flat(part)]


@contextmanager
def _telling_faults() -> Iterator[None]:
    from pyarrow import ArrowException  # noqa: PLC0415 - as above

    try:
        yield
    except (ArrowException, OSError) as wrong:
        said = str(wrong).partition("\n")[0]
        raise InvalidError(
            f"the Parquet file cannot be read: {said}; write it again", field="table"
        ) from None
