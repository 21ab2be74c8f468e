"""Take an uploaded table in, and tell at once what it holds."""

import json
from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from config.errors import InvalidError
from config.schema import Schema
from tasks.campaigns.schemas import StoredTable
from tasks.campaigns.tables import open_table, store_table, table_lines
from tasks.database import transaction
from tasks.public_profiles.read_parquet import SIGNATURE, ParquetTable, plain_cell
from tasks.public_profiles.read_table import read_head

Form = Literal["csv", "json_lines", "parquet"]


class TableAnswer(Schema):
    """An uploaded table: its columns, and its first row as an example."""

    table_id: UUID
    name: str
    size_bytes: int
    form: Form
    columns: tuple[str, ...]
    first_row: dict[str, Any]


def upload_table(
    *, name: str, content: Iterable[bytes], uploaded_by: UUID | None
) -> TableAnswer:
    """
    Store a table and return what its beginning shows.

    Raises:
        InvalidError: It is empty, too large, or none of CSV, JSON Lines and Parquet.
    """
    with transaction() as session:
        stored = store_table(
            session, name=name, content=content, uploaded_by=uploaded_by
        )
    lines = table_lines(stored.table_id, offset=0)
    form = form_of(name, next(lines, b""))
    if form == "parquet":
        return _describe_parquet(stored)
    head, rest = read_head(table_lines(stored.table_id, offset=0), form=form)
    return TableAnswer(
        table_id=stored.table_id,
        name=name,
        size_bytes=stored.size_bytes,
        form=form,
        columns=head.columns,
        first_row=first_row(head.columns, next(rest, b""), form, head.delimiter),
    )


def _describe_parquet(stored: StoredTable) -> TableAnswer:
    table = ParquetTable(open_table(stored.table_id))
    columns = table.columns
    row = next(iter(table.take(0, 1)), {})
    return TableAnswer(
        table_id=stored.table_id,
        name=stored.name,
        size_bytes=stored.size_bytes,
        form="parquet",
        columns=columns,
        first_row={path: plain_cell(_at(row, path)) for path in columns},
    )


def form_of(name: str, first_line: bytes) -> Form:
    """
    Return a table's form by its name, else by its first line.

    Raises:
        InvalidError: It is JSON, but not one object a line.
    """
    if first_line.startswith(SIGNATURE):
        return "parquet"
    start = first_line.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        raise InvalidError(
            "the file is one JSON list; save it as JSON Lines, one object a line",
            field="table",
        )
    is_json = name.lower().endswith((".jsonl", ".ndjson", ".json"))
    return "json_lines" if is_json or start.startswith(b"{") else "csv"


def first_row(
    columns: tuple[str, ...], line: bytes, form: Form, delimiter: str | None
) -> dict[str, Any]:
    """Return the first row as an example; empty if it cannot be read."""
    if form == "json_lines":
        try:
            row = json.loads(line)
        except ValueError:
            return {}
        return {path: _at(row, path) for path in columns}
    cells = line.decode("utf-8", "replace").strip().split(delimiter or ",")
    return dict(zip(columns, cells, strict=False))


def _at(row: Any, path: str) -> Any:
    if isinstance(row, dict) and path in row:
        return row[path]
    for step in path.split("."):
        row = row.get(step) if isinstance(row, dict) else None
    return row
