"""Rows of a Parquet file, of every type, in portions, from any row on."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from pyarrow import parquet

from config.errors import InvalidError
from tasks.public_profiles.read_parquet import ParquetTable, plain_cell, read_parquet
from tasks.public_profiles.schemas import TableSource

COLUMNS = {"handle": "user", "followers": "stats.fans", "bio": "about"}


def table_of(rows: list[dict[str, Any]], *, group: int = 700) -> ParquetTable:
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), file, row_group_size=group)
    file.seek(0)
    return ParquetTable(file)


def people(count: int) -> list[dict[str, Any]]:
    return [
        {"user": f"p{n}", "stats": {"fans": n}, "about": "x", "tags": ["a", "b"]}
        for n in range(count)
    ]


def source_of(columns: dict[str, str]) -> TableSource:
    return TableSource(
        table_id=UUID(int=1), form="parquet", columns=columns, platform="demo"
    )


@pytest.mark.parametrize("limit", [64, 700, 512, 999, 5000])
def test_every_row_is_read_once_whatever_the_portions(limit: int) -> None:
    table, position = table_of(people(2_000)), None
    read: list[tuple[str, int | None]] = []
    ended = False
    while not ended:
        portion = read_parquet(
            table, source=source_of(COLUMNS), limit=limit, position=position
        )
        position, ended = portion.position, portion.ended
        read += [(one.handle, one.followers) for one in portion.profiles]
    assert read == [(f"p{n}", n) for n in range(2_000)]


@pytest.mark.parametrize("start", [0, 1, 511, 512, 700, 701, 1_399, 1_999, 2_000])
def test_a_file_opened_anew_goes_on_at_the_row(start: int) -> None:
    portion = read_parquet(
        table_of(people(2_000)),
        source=source_of(COLUMNS),
        limit=3,
        position={"row": start},
    )
    expected = [f"p{n}" for n in range(start, min(start + 3, 2_000))]
    assert [one.handle for one in portion.profiles] == expected
    assert portion.ended is (start > 1_997)


def test_columns_are_shown_as_paths_and_a_wrong_one_is_told_at_its_field() -> None:
    table = table_of(people(1))
    assert table.columns == ("user", "stats.fans", "about", "tags")
    wrong = source_of({**COLUMNS, "location": "town"})
    with pytest.raises(InvalidError, match="no column 'town'") as told:
        read_parquet(table, source=wrong, limit=1)
    assert told.value.field == "source.columns.location"


def test_a_row_without_a_handle_is_named_by_its_number() -> None:
    rows = [{"user": "ana", "stats": {"fans": 1}}, {"user": None, "stats": None}]
    columns = {"handle": "user", "followers": "stats.fans"}
    portion = read_parquet(table_of(rows), source=source_of(columns), limit=9)
    assert [one.handle for one in portion.profiles] == ["ana"]
    assert [(one.reference, one.reason) for one in portion.unreadable] == [
        ("row 2", "it has no handle")
    ]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        (float("nan"), None),
        (12.0, 12.0),
        (Decimal(12), 12),
        (b"caf\xc3\xa9", "café"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        ([b"a", {"b": float("nan")}], ["a", {"b": None}]),
        (None, None),
        (True, True),
    ],
)
def test_cells_are_what_json_would_state(*, cell: Any, plain: Any) -> None:
    assert plain_cell(cell) == plain


def test_a_missing_count_is_unknown_and_a_whole_one_of_a_float_column_is_read() -> None:
    rows = [{"user": "a", "fans": 12.0}, {"user": "b", "fans": float("nan")}]
    columns = {"handle": "user", "followers": "fans"}
    portion = read_parquet(table_of(rows), source=source_of(columns), limit=9)
    assert [one.followers for one in portion.profiles] == [12, None]
    assert portion.unclear == []


@pytest.mark.parametrize("cut", [4, 12, 200])
def test_what_is_no_parquet_is_refused_in_words(cut: int) -> None:
    file = BytesIO()
    parquet.write_table(pa.Table.from_pylist(people(50)), file)
    with pytest.raises(InvalidError, match="cannot be read"):
        ParquetTable(BytesIO(file.getvalue()[:cut]))
