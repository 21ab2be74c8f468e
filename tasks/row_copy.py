"""Puts many rows into a table at once, by PostgreSQL's binary COPY."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from struct import Struct, pack
from typing import Any
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Float,
    Integer,
    Text,
    Uuid,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

# PostgreSQL's documentation of COPY, section "Binary Format".
_BEGIN = b"PGCOPY\n\xff\r\n\0" + pack("!ii", 0, 0)
_END = pack("!h", -1)
_NULL = pack("!i", -1)
_BLOCK_BYTES = 131_072

_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_TEXT_OID = 25
_length = Struct("!i").pack
_integer = Struct("!ii").pack
_bigint = Struct("!iq").pack
_double = Struct("!id").pack


class RowForm:
    """
    Some columns of a table, and how rows of them are packed and put into it.

    A row costs PostgreSQL half of what it does as JSON in a statement, and half of
    psycopg's time here. Packing needs no connection: another process can do it.
    """

    def __init__(self, model: type[DeclarativeBase], columns: Sequence[str]) -> None:
        of_table = [model.__table__.c[name] for name in columns]
        names = ", ".join(f'"{column.name}"' for column in of_table)
        self.statement = (
            f'COPY "{model.__tablename__}" ({names}) FROM STDIN (FORMAT BINARY)'
        )
        """It names the table and the columns in their order."""

        self._packers = [_packer_of(column.type) for column in of_table]
        self.begin = pack("!h", len(of_table))
        """What a whole row begins with."""

    def pack(self, row: Sequence[Any], *, first: int = 0) -> bytes:
        """
        Return values as COPY reads them.

        Args:
            row: Of the columns in their order, the JSON ones as plain data; may end
                before the last, if what is left is packed apart.
            first: Place of its first column. From 0 on, the row's beginning is in it.
        """
        packers = self._packers[first : first + len(row)]
        packed = b"".join(
            [
                _NULL if value is None else into_bytes(value)
                for into_bytes, value in zip(packers, row, strict=True)
            ]
        )
        return packed if first else self.begin + packed

    def copy(self, session: Session, packed: Iterable[bytes]) -> None:
        """
        Add packed rows; nothing is looked at twice, so none may be there already.

        Args:
            session: The caller's transaction.
            packed: The rows, whole or in pieces; consumed while they are sent.

        Raises:
            OperationalError: The connection ended.
        """
        connection = session.connection().connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("rows are copied over psycopg's connections only")
        session.flush()
        try:
            with (
                connection.cursor() as cursor,
                cursor.copy(self.statement.encode()) as copy,
            ):
                copy.write(_BEGIN)
                for block in _blocks(packed):
                    copy.write(block)
                copy.write(_END)
        except psycopg.OperationalError as lost:
            raise OperationalError(self.statement, None, lost) from lost


def _blocks(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Yield pieces together: PostgreSQL begins before the last is made."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _text(value: str) -> bytes:
    content = value.encode()
    return _length(len(content)) + content


def _json(value: Any) -> bytes:
    content = orjson.dumps(value)
    return _length(len(content)) + content


def _texts(values: Sequence[str]) -> bytes:
    """After `array_send` of PostgreSQL: dimensions, kind of element, elements."""
    if not values:
        content = pack("!3i", 0, 0, _TEXT_OID)
    else:
        head = pack("!5i", 1, 0, _TEXT_OID, len(values), 1)
        content = b"".join((head, *map(_text, values)))
    return _length(len(content)) + content


def _moment(value: datetime) -> bytes:
    since = value - _YEAR_2000
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000
    return _bigint(8, microseconds + since.microseconds)


def _uuid(value: UUID) -> bytes:
    return b"\0\0\0\x10" + value.bytes


_FLAGS = {False: b"\0\0\0\x01\0", True: b"\0\0\0\x01\x01"}

_PACKERS: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (Uuid, _uuid),
    (Text, _text),
    (BigInteger, lambda value: _bigint(8, value)),
    (Integer, lambda value: _integer(4, value)),
    (Float, lambda value: _double(8, value)),
    (Boolean, _FLAGS.__getitem__),
    (DateTime, _moment),
    (ARRAY, _texts),
    (JSON, _json),
)
"""A column's type -> how its value is packed; the narrower type stands first."""


def _packer_of(kind: Any) -> Callable[[Any], bytes]:
    for known, into_bytes in _PACKERS:
        if isinstance(kind, known) and getattr(kind, "timezone", True):
            return into_bytes
    raise TypeError(f"rows with a column of {kind!r} cannot be copied")
