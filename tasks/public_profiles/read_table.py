"""Read public profiles from a CSV or JSON Lines file, some rows at a time."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from config.errors import InvalidError
from tasks.public_profiles.expressions import FIELDS as EXPRESSION_FIELDS
from tasks.public_profiles.schemas import (
    EXTRA,
    PROFILE_FIELDS,
    AcquiredProfile,
    TableSource,
    Unreadable,
)
from tasks.public_profiles.table_cells import (
    LONGEST,
    READERS,
    UnreadableCellError,
    read_extra_cell,
)
from tasks.public_profiles.table_lines import (
    LineFeed,
    Row,
    read_csv_rows,
    read_json_rows,
)

DELIMITERS = ",;\t|"
Position = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TablePortion:
    """Some rows of a table, and where to go on after them."""

    position: Position
    """Plain JSON: `offset` in bytes, `line`, and for CSV its `header`, `delimiter`."""

    ended: bool
    profiles: list[AcquiredProfile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    """Rows that could not be read."""

    unclear: list[Unreadable] = field(default_factory=list)
    """Cells that could not be read; their rows are kept, the field is unknown."""


class TableHead(NamedTuple):
    """What the beginning of a table shows."""

    columns: tuple[str, ...]
    """The header of a CSV file; the paths of the first object of JSON Lines."""

    delimiter: str | None
    position: Position
    """Where the first row begins."""


def read_table(
    lines: Iterable[bytes],
    *,
    source: TableSource,
    limit: int,
    position: Position | None = None,
) -> TablePortion:
    """
    Return the next rows of a table, at most `limit`, readable or not.

    Args:
        lines: Lines of the file from `position["offset"]` on, line ends kept.
        source: Form and columns of the table.
        limit: Most rows to read.
        position: That of the portion before; `None` at the beginning.

    Raises:
        InvalidError: It is empty, not UTF-8, or lacks a column; `field` says where.
    """
    check_columns(source)
    lines = iter(lines)
    if position is None:
        wanted = source.wanted_columns.values()
        head, lines = read_head(lines, form=source.form, wanted=wanted)
        position = head.position
    feed = LineFeed(lines, position["offset"], position["line"])
    build, rows = _reading(feed, source, position, limit=limit)
    portion = TablePortion(position, ended=False)
    taken = 0
    for row in rows:
        sort_in(row, build, portion)
        taken += 1
        if taken >= limit:
            break
    ended = taken < limit
    here = {**position, "offset": feed.offset, "line": feed.line}
    return TablePortion(
        here, ended, portion.profiles, portion.unreadable, portion.unclear
    )


def check_columns(source: TableSource) -> None:
    """
    Check what can be checked of a mapping without the table.

    Raises:
        InvalidError: A field is unknown or named twice, or handle or platform missing.
    """
    for name in source.columns:
        if name not in READERS:
            raise InvalidError(
                f"there is no field {name!r}; the fields are: "
                f"{', '.join(PROFILE_FIELDS)}",
                field=f"source.columns.{name}",
            )
    for name in source.extra:
        if name in PROFILE_FIELDS or name in EXPRESSION_FIELDS:
            raise InvalidError(
                f"{name!r} is the name of a field of every public profile; call the "
                "further column something else",
                field=f"source.extra.{name}",
            )
    if not source.columns.get("handle"):
        raise InvalidError(
            "name the column that holds the handle", field="source.columns.handle"
        )
    if not source.platform and not source.columns.get("platform"):
        raise InvalidError(
            "name the platform of all rows, or the column that holds it",
            field="source.platform",
        )


def read_head(
    lines: Iterable[bytes], *, form: str, wanted: Iterable[str] = ()
) -> tuple[TableHead, Iterator[bytes]]:
    """
    Return the head of a table, and its lines from the first row on.

    Raises:
        InvalidError: It is empty or not UTF-8.
    """
    lines = iter(lines)
    skipped, first = _first_line(lines)
    if form == "json_lines":
        offset = skipped.offset - len(first)
        start: Position = {"offset": offset, "line": skipped.line - 1}
        return TableHead(_paths_of(first), None, start), _again(first, lines)
    delimiter = _delimiter(first.decode("utf-8", "replace"), wanted)
    feed = LineFeed(_again(first, lines), skipped.offset - len(first), skipped.line - 1)
    row = next(read_csv_rows(feed, delimiter=delimiter, limit=1), Row(1))
    if row.problem or not row.cells:
        reason = row.problem or "it is blank"
        raise InvalidError(f"the header cannot be read: {reason}", field="source")
    header = [cell.strip().removeprefix("\ufeff") for cell in row.cells]
    at: Position = {"offset": feed.offset, "line": feed.line}
    at |= {"header": header, "delimiter": delimiter}
    rest = _again(*reversed(feed.waiting), feed.lines)
    return TableHead(tuple(header), delimiter, at), rest


def _first_line(lines: Iterator[bytes]) -> tuple[LineFeed, bytes]:
    """Take lines until one is not blank; the byte order mark is left out of it."""
    feed = LineFeed(lines, 0, 0)
    while (raw := feed.take()) is not None:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InvalidError("the table is UTF-16; save it as UTF-8", field="source")
        first = raw.removeprefix(codecs.BOM_UTF8)
        if first.strip():
            return feed, first
    raise InvalidError("the table is empty", field="source")


def _again(*pieces: bytes | Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from piece


def _paths_of(raw: bytes, *, deepest: int = 3) -> tuple[str, ...]:
    row = next(read_json_rows(LineFeed(iter([raw]), 0, 0)))

    def paths(value: Mapping[str, Any], before: str, depth: int) -> Iterator[str]:
        for key, member in value.items():
            if isinstance(member, dict) and depth < deepest:
                yield from paths(member, f"{before}{key}.", depth + 1)
            else:
                yield f"{before}{key}"

    return tuple(paths(row.cells or {}, "", 1))


def _delimiter(header: str, wanted: Iterable[str]) -> str:
    """Return the delimiter that yields most of the wanted columns, or most columns."""
    names = {name.strip().casefold() for name in wanted}

    def found(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        named = {cell.strip().casefold() for cell in cells}
        return len(named & names), len(cells)

    return max(DELIMITERS, key=found)


Build = Callable[[Any, list[str]], AcquiredProfile | str]


def _reading(
    feed: LineFeed, source: TableSource, position: Position, *, limit: int
) -> tuple[Build, Iterator[Row]]:
    """Return how a row becomes a public profile, and the rows."""
    if source.form == "json_lines":
        return build_from_objects(source), read_json_rows(feed)
    header = position["header"]
    places = [
        _place(column, header, name=name)
        for name, column in source.wanted_columns.items()
    ]
    width = len(header)

    # The last cell comes twice, since one place alone would come without a tuple.
    pick = itemgetter(*places, places[-1])
    build = _builder(source, lambda row: pick(row)[:-1])

    def build_checked(row: list[str], unclear: list[str]) -> AcquiredProfile | str:
        if len(row) != width and (len(row) < width or any(row[width:])):
            return f"it has {len(row)} cells, the header has {width}"
        return build(row, unclear)

    return build_checked, read_csv_rows(
        feed, delimiter=position["delimiter"], limit=limit
    )


def build_from_objects(
    source: TableSource, *, plain: Callable[[Any], Any] | None = None
) -> Build:
    """
    Return what makes public profiles of objects; columns are dotted paths in them.

    Args:
        source: Columns of the table.
        plain: Makes a value of JSON of what stands at a path, if that is no such.
    """
    paths = [_split_path(path) for path in source.wanted_columns.values()]

    def pick_members(row: Mapping[str, Any]) -> list[Any]:
        found = [_cell_at_path(row, path) for path in paths]
        return found if plain is None else [plain(one) for one in found]

    return _builder(source, pick_members)


def _builder(source: TableSource, pick: Callable[[Any], Sequence[Any]]) -> Build:
    """Return how a row is built of the cells that `pick` takes, a column each."""
    readers = [(name, READERS[name]) for name in source.columns]
    readers += [(f"{EXTRA}{name}", read_extra_cell) for name in source.extra]
    constant = source.platform.strip().lower() if source.platform else None

    def build(row: Any, unclear: list[str]) -> AcquiredProfile | str:
        values = _read_cells(readers, pick(row), unclear)
        if "handle" not in values:
            return "it has no handle"
        platform = values.get("platform", constant)
        if not platform:
            return "it has no platform"
        values["platform"] = platform = platform.lower()
        if source.extra:
            values["extra"] = _take_extra(values, source.extra)
        if len(platform) > LONGEST["platform"]:
            return f"its platform is longer than {LONGEST['platform']} characters"
        return AcquiredProfile.of_checked(values)

    return build


def _take_extra(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any] | None:
    """Take the further fields out of what was read, and return them together."""
    found = {name: values.pop(f"{EXTRA}{name}", None) for name in names}
    return {name: one for name, one in found.items() if one is not None} or None


def _read_cells(
    readers: list[tuple[str, Callable[[Any], Any]]],
    cells: Sequence[Any],
    unclear: list[str],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for (name, read), raw in zip(readers, cells, strict=True):
        if raw is None or raw == "":
            continue
        try:
            value = read(raw)
        except UnreadableCellError as wrong:
            unclear.append(f"{name}: {wrong}; left unknown")
            continue
        if value is not None:
            values[name] = value
    return values


def sort_in(row: Row, build: Build, portion: TablePortion) -> None:
    """Put a row's public profile, or why there is none, into a portion."""
    if row.problem is None:
        unclear: list[str] = []
        built = build(row.cells, unclear)
        if isinstance(built, AcquiredProfile):
            portion.profiles.append(built)
            for reason in unclear:
                portion.unclear.append(_about(row, reason))
            return
        row.problem = "; ".join([built, *unclear])
    portion.unreadable.append(_about(row, row.problem))


def _about(row: Row, reason: str) -> Unreadable:
    return Unreadable(reference=f"{row.unit} {row.line}", reason=reason)


def _place(column: str, header: list[str], *, name: str) -> int:
    if column in header:
        return header.index(column)
    folded = [each.strip().casefold() for each in header]
    if folded.count(column.strip().casefold()) == 1:
        return folded.index(column.strip().casefold())
    raise InvalidError(
        f"the table has no column {column!r}; its columns are: {', '.join(header)}",
        field=place_of(name),
    )


def place_of(name: str) -> str:
    """Return where a source says which column is read as `name`."""
    return f"source.{name}" if name.startswith(EXTRA) else f"source.columns.{name}"


def _split_path(path: str) -> tuple[str, tuple[str, ...]]:
    return path, tuple(path.removeprefix("$.").split("."))


def _cell_at_path(row: Mapping[str, Any], path: tuple[str, tuple[str, ...]]) -> Any:
    whole, steps = path
    if whole in row:
        return row[whole]
    value: Any = row
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
