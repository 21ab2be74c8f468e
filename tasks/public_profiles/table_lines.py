"""Rows out of the lines of a table, with their line numbers and where to go on."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

import orjson

MOST_LINES = 500
"""Lines one row may span; more is a quotation mark that was never closed."""

AT_ONCE = 200
"""Lines that are read together while nothing is wrong with them."""

MOST_BYTES = 1_048_576
"""Bytes one row may have."""


@dataclass(slots=True)
class LineFeed:
    """Lines with their count; lines may be given back."""

    lines: Iterator[bytes]
    offset: int
    """Bytes of the file read so far."""

    line: int
    """Lines of the file read so far."""

    taken: list[bytes] = field(default_factory=list)
    """Lines of the row being read."""

    waiting: list[bytes] = field(default_factory=list)

    def take(self) -> bytes | None:
        """Return the next line, `None` after the last."""
        raw = self.waiting.pop() if self.waiting else next(self.lines, None)
        if raw is not None:
            self.offset += len(raw)
            self.line += 1
            self.taken.append(raw)
        return raw

    def take_many(self, most: int) -> list[bytes]:
        """Return the next lines, which count only once they are told as read."""
        lines = [self.waiting.pop() for _ in range(min(most, len(self.waiting)))]
        lines += islice(self.lines, most - len(lines))
        return lines

    def give_back_many(self, lines: list[bytes]) -> None:
        """Give back lines of those that were taken at once."""
        self.waiting += reversed(lines)

    def give_back(self, *, but: int) -> None:
        """Give back the lines taken for this row, except the first `but`."""
        for raw in reversed(self.taken[but:]):
            self.waiting.append(raw)
            self.offset -= len(raw)
            self.line -= 1
        del self.taken[but:]


@dataclass(slots=True)
class Row:
    """One row, or why it cannot be read."""

    line: int
    """Number of its first line in the file, from 1."""

    cells: Any = None
    problem: str | None = None
    unit: str = "line"
    """What is numbered, in the words of the person who owns the table."""


def read_csv_rows(feed: LineFeed, *, delimiter: str, limit: int) -> Iterator[Row]:
    """
    Yield rows of a CSV file; a row that cannot be read does not end it.

    Lines are read many at once, which takes a third of the time, and one by one where
    something is wrong with them.

    Args:
        feed: The lines.
        delimiter: What stands between two cells.
        limit: Rows that are wanted; a few may come on top.
    """
    yielded = 0
    while yielded < limit:
        before = feed.line
        for row in _rows_at_once(feed, delimiter, min(limit - yielded, AT_ONCE)):
            yielded += 1
            yield row
        if feed.line > before:
            continue
        row_by_itself = _next_csv_row(feed, delimiter)
        if row_by_itself is None:
            return
        if row_by_itself.problem or any(row_by_itself.cells):
            yielded += 1
            yield row_by_itself


def _rows_at_once(feed: LineFeed, delimiter: str, most_lines: int) -> Iterator[Row]:
    """Yield the rows of the next lines up to the first that is not as it should be."""
    lines = feed.take_many(most_lines)
    texts = _texts_of(lines)
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    rows, ends = [], [0]
    with suppress(csv.Error):  # it begins a row that is looked at by itself
        for cells in reader:
            rows.append(cells)
            ends.append(reader.line_num)
    feed.give_back_many(lines[ends[-1] :])
    for cells, begin, end in zip(rows, ends, ends[1:], strict=False):
        line = feed.line + 1
        feed.line += end - begin
        feed.offset += sum(map(len, lines[begin:end]))
        if any(cells):
            yield Row(line, cells)


def _texts_of(lines: list[bytes]) -> list[str]:
    """Return the lines as text up to the first with something wrong in it."""
    if b"\x00" not in b"".join(lines):
        with suppress(UnicodeDecodeError):
            return [line.decode() for line in lines]
    return [line.decode() for line in takewhile(lambda x: not _line_problem(x), lines)]


def _next_csv_row(feed: LineFeed, delimiter: str) -> Row | None:
    """Return the row that the next lines hold, or why it cannot be read."""
    feed.taken.clear()
    line = feed.line + 1
    try:
        cells = next(_csv_reader(feed, delimiter), None)
        problem = None
    except csv.Error as wrong:
        cells, problem = [], _csv_problem(wrong)
        feed.give_back(but=1)
    if cells is None:
        return None
    problem = problem or next(filter(None, map(_line_problem, feed.taken)), None)
    return Row(line, problem=problem) if problem else Row(line, cells)


def _csv_reader(feed: LineFeed, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(_texts(feed), delimiter=delimiter, strict=True)


def _texts(feed: LineFeed) -> Iterator[str]:
    while True:
        if len(feed.taken) > MOST_LINES:
            return
        raw = feed.take()
        if raw is None:
            return
        yield raw.decode("utf-8", "surrogateescape")


def _csv_problem(wrong: csv.Error) -> str:
    text = str(wrong)
    if "unexpected end" in text or "field limit" in text:
        return "a quotation mark is opened and never closed"
    return f"the quotation marks cannot be read ({text})"


def _line_problem(raw: bytes) -> str | None:
    """Return what is wrong with the bytes of a line, if anything."""
    if raw.isascii():
        return "it contains a NUL byte" if b"\x00" in raw else None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"it is not UTF-8: byte 0x{raw[wrong.start]:02x} at {wrong.start + 1}"
    return "it contains a NUL byte" if b"\x00" in raw else None


def read_json_rows(feed: LineFeed) -> Iterator[Row]:
    """Yield the objects of a JSON Lines file; a bad line does not end it."""
    while True:
        feed.taken.clear()
        raw = feed.take()
        if raw is None:
            return
        stripped = raw.strip()
        if not stripped:
            continue
        yield _json_row(feed.line, stripped)


def _json_row(line: int, raw: bytes) -> Row:
    if len(raw) > MOST_BYTES:
        return Row(line, problem=f"it is longer than {MOST_BYTES} bytes")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as wrong:
        problem = _line_problem(raw) or f"it is not JSON: {wrong}"
        return Row(line, problem=problem)
    if not isinstance(value, dict):
        return Row(line, problem="it is not a JSON object")
    return Row(line, value)
