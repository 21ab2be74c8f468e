"""One page of a list: the rows after the last one seen, in the order asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from config.errors import InvalidError

BY_CREATION = "createdAt"
"""Sorts by the id: ours sort by the time they were made."""

Row = TypeVar("Row")


class PageWish(NamedTuple):
    """Which page of a list is wanted; the same for every list."""

    limit: int
    after: str | None = None
    """`next` of the page before."""

    sort: str = BY_CREATION
    descending: bool = True


class Page(NamedTuple, Generic[Row]):
    """Some rows; `next` asks for those that follow, None at the end."""

    rows: list[Row]
    next: str | None


def read_page(
    session: Session,
    query: Select[Row],
    wish: PageWish,
    *,
    key: InstrumentedAttribute[Any],
    columns: Mapping[str, InstrumentedAttribute[Any]],
) -> Page[Row]:
    """
    Return the rows of one page.

    Args:
        session: The transaction to read in.
        query: The rows of the whole list, filtered and not yet ordered.
        wish: The page.
        key: The id of a row; it decides between rows that are otherwise equal.
        columns: What may be sorted by beside the creation; never null.

    Raises:
        InvalidError: `wish.after` is not a place of this list in this order.
    """
    column = columns.get(wish.sort)
    order = (key,) if column is None else (column, key)
    if wish.after is not None:
        query = query.where(_beyond(wish, key=key, column=column))
    directed = (one.desc() if wish.descending else one.asc() for one in order)
    query = query.order_by(*directed).limit(wish.limit + 1)
    rows = list(session.scalars(query))
    if len(rows) <= wish.limit:
        return Page(rows, None)
    rows = rows[: wish.limit]
    return Page(rows, _place_of(rows[-1], key=key, column=column))


def _place_of(
    row: Any,
    *,
    key: InstrumentedAttribute[Any],
    column: InstrumentedAttribute[Any] | None,
) -> str:
    row_id = str(getattr(row, key.key))
    if column is None:
        return row_id
    value = getattr(row, column.key)
    return f"{row_id}~{value.isoformat() if isinstance(value, datetime) else value}"


def _beyond(
    wish: PageWish,
    *,
    key: InstrumentedAttribute[Any],
    column: InstrumentedAttribute[Any] | None,
) -> ColumnElement[bool]:
    row_id, _, text = (wish.after or "").partition("~")
    try:
        last = key.type.python_type(row_id)
        value = _read_value(column, text)
    except ValueError:
        raise InvalidError(
            "not a place in this list; take `next` of the page before, and the same "
            "order",
            field="after",
        ) from None
    if column is None:
        beyond: ColumnElement[bool] = key < last if wish.descending else key > last
        return beyond
    both, place = tuple_(column, key), (value, last)
    return both < place if wish.descending else both > place


def _read_value(column: InstrumentedAttribute[Any] | None, text: str) -> Any:
    if column is None:
        return None
    kind = column.type.python_type
    return datetime.fromisoformat(text) if kind is datetime else kind(text)
