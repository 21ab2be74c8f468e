"""An uploaded table comes back line by line, from any line on."""

from collections.abc import Iterator
from itertools import islice

import pytest

from config.errors import InvalidError, NotFoundError
from tasks.campaigns.tables import (
    PIECE_BYTES,
    OpenTable,
    get_table_size,
    store_table,
    table_lines,
)
from tasks.database import DatabaseUnreachableError, transaction

pytestmark = pytest.mark.usefixtures("database")


def test_lines_survive_being_cut_into_pieces() -> None:
    lines = [f"{number},{'ü' * (number % 97)}\r\n".encode() for number in range(30_000)]
    content = b"".join(lines)
    assert len(content) > 2 * PIECE_BYTES
    with transaction() as session:
        stored = store_table(
            session,
            name="people.csv",
            content=[content[:7], content[7:]],
            uploaded_by=None,
        )
    assert list(table_lines(stored.table_id, offset=0)) == lines
    offset = sum(map(len, lines[:20_000]))
    assert list(table_lines(stored.table_id, offset=offset)) == lines[20_000:]
    assert get_table_size(stored.table_id) == len(content)


def test_the_last_line_needs_no_line_end() -> None:
    with transaction() as session:
        stored = store_table(
            session, name="two.csv", content=[b"a\nb"], uploaded_by=None
        )
    assert list(table_lines(stored.table_id, offset=0)) == [b"a\n", b"b"]


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InvalidError, match="empty"), transaction() as session:
        store_table(session, name="none.csv", content=[], uploaded_by=None)


def test_a_table_nobody_uploaded_is_named_in_the_answer() -> None:
    unknown = "01890000-0000-7000-8000-000000000000"
    with pytest.raises(NotFoundError, match=unknown):
        get_table_size(unknown)  # type: ignore[arg-type]


def test_an_open_table_goes_on_where_its_last_reader_stopped() -> None:
    lines = [b"one\n", b"two\n", b"three\n", b"four\n"]
    with transaction() as session:
        stored = store_table(session, name="t", content=lines, uploaded_by=None)
    table = OpenTable(stored.table_id)
    assert list(islice(table.lines(offset=0), 2)) == lines[:2]
    assert list(islice(table.lines(offset=8), 1)) == lines[2:3]
    assert list(table.lines(offset=4)) == lines[1:]
    assert list(table.lines(offset=len(b"".join(lines)))) == []


def test_a_table_does_not_seem_to_end_where_reading_it_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [b"one\n", b"two\n"]
    with transaction() as session:
        stored = store_table(session, name="t", content=lines, uploaded_by=None)
    table = OpenTable(stored.table_id)

    def lost(*_: object, **__: object) -> Iterator[bytes]:
        raise DatabaseUnreachableError("away")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("tasks.campaigns.tables._pieces_from", lost)
        with pytest.raises(DatabaseUnreachableError):
            list(table.lines(offset=0))
    assert list(table.lines(offset=0)) == lines
