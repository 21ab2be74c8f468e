"""Puts many rows into a table at once, by PostgreSQL's binary COPY."""

from collections.abc import Iterable, Sequence
from struct import pack
from typing import Any

import orjson
import psycopg
from psycopg import postgres, pq
from psycopg.adapt import Dumper
from sqlalchemy import Float
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from typing_extensions import override

_TEXT = postgres.types["text"]


class _JsonDumper(Dumper):
    """Plain data to json; psycopg's own takes a wrapped object and twice the time."""

    format = pq.Format.BINARY
    oid = postgres.types["json"].oid

    @override
    def dump(self, obj: Any) -> bytes:
        return orjson.dumps(obj)


class _TextsDumper(Dumper):
    """Texts to text[], after `array_send` of PostgreSQL: dimensions, then elements."""

    format = pq.Format.BINARY
    oid = _TEXT.array_oid

    @override
    def dump(self, obj: Sequence[str]) -> bytes:
        if not obj:
            return pack("!3i", 0, 0, _TEXT.oid)
        pieces = [pack("!5i", 1, 0, _TEXT.oid, len(obj), 1)]
        for each in obj:
            content = each.encode()
            pieces += (pack("!i", len(content)), content)
        return b"".join(pieces)


def copy_rows(
    session: Session,
    model: type[DeclarativeBase],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """
    Add rows to a table; nothing is looked at twice, so none may be there already.

    A row costs PostgreSQL half of what it does as JSON in a statement, and is worked
    on there while the next is made here.

    Args:
        session: The caller's transaction.
        model: The table they go into.
        columns: The columns of each row; the others get their defaults.
        rows: A tuple each, in the order of the columns; consumed while it is sent.

    Raises:
        OperationalError: The connection ended.
    """
    of_table = [model.__table__.c[name] for name in columns]
    names = ", ".join(f'"{column.name}"' for column in of_table)
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError("rows are copied over psycopg's connections only")
    statement = f'COPY "{model.__tablename__}" ({names}) FROM STDIN (FORMAT BINARY)'
    session.flush()
    try:
        with connection.cursor() as cursor:
            cursor.adapters.register_dumper(None, _JsonDumper)
            cursor.adapters.register_dumper(None, _TextsDumper)
            with cursor.copy(statement.encode()) as copy:
                copy.set_types([_type_name(column.type) for column in of_table])
                for row in rows:
                    copy.write_row(row)
    except psycopg.OperationalError as lost:
        raise OperationalError(statement, None, lost) from lost


def _type_name(kind: Any) -> str:
    """Return a column's type as psycopg calls it."""
    if isinstance(kind, Float):
        return "float8"
    return str(kind.compile(dialect=PGDialect())).lower()  # type: ignore[no-untyped-call]  # SQLAlchemy's
