"""
Find public profiles of the review queue in an order that is total and repeatable.

Takes a session, never commits. A page begins after a place, never at a number of rows,
so that rows that are added or decided meanwhile move none of the others.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from typing_extensions import override

from config.errors import InvalidError
from tasks.models import PublicProfile, ReviewItem
from tasks.reviews.filters import ReviewFilter, Sort

Found = TypeVar("Found", bound=Select[Any])


class ListPlace(NamedTuple):
    """Where a public profile stands in an order: what it is sorted by, and its id."""

    value: float | int | None
    """None where the id alone decides."""

    id: UUID

    @override
    def __str__(self) -> str:
        """Return it as `next` of a page names it."""
        return f"{'' if self.value is None else self.value}_{self.id}"


class _Order(NamedTuple):
    column: InstrumentedAttribute[Any] | None
    """None: by the id, for ours sort by the time they were made."""

    read: Callable[[str], float | int | None]
    is_descending: bool = False


def _nothing(text: str) -> None:
    if text:
        raise ValueError(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_ORDERS: Mapping[Sort, _Order] = {
    "-score": _Order(ReviewItem.score, int, is_descending=True),
    "score": _Order(ReviewItem.score, int),
    "uncertainty": _Order(PublicProfile.confidence, _number),
    "createdAt": _Order(None, _nothing),
    "-createdAt": _Order(None, _nothing, is_descending=True),
}


def read_list_place(cursor: str, *, sort: Sort) -> ListPlace:
    """
    Return the place that a page's `next` names.

    Raises:
        InvalidError: It is not one of ours, or of a list in another order.
    """
    value, _, review_id = cursor.partition("_")
    try:
        return ListPlace(_ORDERS[sort].read(value), UUID(review_id))
    except ValueError:
        raise InvalidError(
            "not a place in this list; take `next` of the page before, and the same "
            "order",
            field="after",
        ) from None


def list_places(
    session: Session,
    wanted: ReviewFilter,
    *,
    sort: Sort = "-score",
    after: ListPlace | None = None,
    limit: int,
) -> list[ListPlace]:
    """Return the places of the next `limit` public profiles after a place."""
    order = _ORDERS[sort]
    value = ReviewItem.id if order.column is None else order.column
    query = _found(select(value, ReviewItem.id), wanted, joined=sort == "uncertainty")
    if after is not None:
        query = query.where(_beyond(order, after))
    query = query.order_by(*_directed(order)).limit(limit)
    is_by_id = order.column is None
    return [
        ListPlace(None if is_by_id else found, review_id)
        for found, review_id in session.execute(query)
    ]


def count_found(session: Session, wanted: ReviewFilter) -> int:
    """Return how many public profiles a filter finds."""
    query = _found(select(func.count(ReviewItem.id)), wanted)
    return session.scalar(query) or 0


def ids_found(wanted: ReviewFilter, *, up_to: int | None) -> Select[UUID]:
    """Return the query for the ids of what a filter finds: the best `up_to` of it."""
    query = _found(select(ReviewItem.id), wanted)
    if up_to is not None:
        query = query.order_by(*_directed(_ORDERS["-score"])).limit(up_to)
    return query


def find_ids(session: Session, wanted: ReviewFilter, *, up_to: int) -> Sequence[UUID]:
    """Return the ids of the best of what a filter finds, `up_to` so many."""
    return session.scalars(ids_found(wanted, up_to=up_to)).all()


def _found(query: Found, wanted: ReviewFilter, *, joined: bool = False) -> Found:
    own, foreign = _of_item(wanted), _of_person(wanted)
    if foreign or joined:
        query = query.join(PublicProfile, PublicProfile.id == ReviewItem.id)
    return query.where(*own, *foreign)


def _of_item(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.campaign_id is not None:
        conditions.append(ReviewItem.campaign_id == wanted.campaign_id)
    if len(wanted.decision) == 1:  # the partial index of what waits knows only `=`
        conditions.append(ReviewItem.decision == wanted.decision[0])
    elif wanted.decision:
        conditions.append(ReviewItem.decision.in_(wanted.decision))
    if wanted.min_score is not None:
        conditions.append(ReviewItem.score >= wanted.min_score)
    if wanted.max_score is not None:
        conditions.append(ReviewItem.score <= wanted.max_score)
    if wanted.decided_by is not None:
        conditions.append(ReviewItem.decided_by == wanted.decided_by)
    if wanted.reason is not None:
        conditions.append(ReviewItem.reason.icontains(wanted.reason, autoescape=True))
    return conditions


def _of_person(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.platform is not None:
        conditions.append(PublicProfile.platform == wanted.platform)
    if wanted.verified is not None:
        conditions.append(PublicProfile.verified.is_(wanted.verified))
    if wanted.search is not None:
        said = (
            PublicProfile.handle,
            PublicProfile.display_name,
            PublicProfile.bio,
            PublicProfile.location,
        )
        text = wanted.search.removeprefix("@")
        conditions.append(or_(*(one.icontains(text, autoescape=True) for one in said)))
    return conditions


def _directed(order: _Order) -> Sequence[ColumnElement[Any]]:
    if order.column is None:
        key = ReviewItem.id
        return (key.desc() if order.is_descending else key.asc(),)
    column = order.column
    return (column.desc() if order.is_descending else column.asc(), ReviewItem.id.asc())


def _beyond(order: _Order, after: ListPlace) -> ColumnElement[bool]:
    key, column = ReviewItem.id, order.column
    if column is None:
        return key < after.id if order.is_descending else key > after.id
    further = column < after.value if order.is_descending else column > after.value
    return or_(further, and_(column == after.value, key > after.id))
