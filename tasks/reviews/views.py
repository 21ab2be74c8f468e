"""Saved views of the review queue: rows of one matter through its whole life."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import StrictBool, StrictInt, StringConstraints, TypeAdapter
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.errors import ConflictError, ForbiddenError, NotFoundError, StaleError
from config.schema import Schema
from tasks.models import Account, ReviewView
from tasks.reviews.filters import ReviewFilter, Sort

_SORT: TypeAdapter[Sort] = TypeAdapter(Sort)
MOST_VIEWS = 100
"""Of one person; a list of more is none."""

ViewName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$",
    ),
]


class ReviewViewRequest(Schema):
    """A filter and an order that somebody wants to find again."""

    name: ViewName
    filter: ReviewFilter = ReviewFilter()
    sort: Sort = "-score"
    is_shared: StrictBool = False
    """Everybody who may look at the queue sees it."""


class ReviewViewChange(Schema):
    """What somebody changes about a view of theirs; what is left out stays."""

    name: ViewName | None = None
    filter: ReviewFilter | None = None
    sort: Sort | None = None
    is_shared: StrictBool | None = None
    version: Annotated[StrictInt, Ge(1), Le(2**31 - 1)] | None = None
    """Version the person saw, if the header If-Match does not say it."""


class ReviewViewAnswer(Schema):
    """A saved view; who did not make it may use it, and not change it."""

    id: UUID
    name: str
    filter: ReviewFilter
    sort: Sort
    is_shared: bool
    is_mine: bool
    owner_name: str
    version: int
    updated_at: datetime


class ViewNameTakenError(ConflictError):
    """The person has a view of this name already."""

    code = "view_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"you have a view called {name!r} already; take another name")


class TooManyViewsError(ConflictError):
    """The person has as many views as one may have."""

    code = "too_many_views"

    def __init__(self) -> None:
        super().__init__(f"nobody keeps more than {MOST_VIEWS} views; remove one first")


class ForeignViewError(ForbiddenError):
    """Somebody else made it."""

    code = "foreign_view"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the view {name!r} is shared with you; save one of your own to change it"
        )


def list_views(session: Session, *, account_id: UUID) -> list[ReviewViewAnswer]:
    """Return a person's own views and those that others share, by name."""
    found = session.execute(
        select(ReviewView, Account.display_name)
        .join(Account, Account.id == ReviewView.account_id)
        .where(or_(ReviewView.account_id == account_id, ReviewView.is_shared))
        .order_by(func.lower(ReviewView.name), ReviewView.id)
    )
    return [_describe(view, name, account_id=account_id) for view, name in found]


def add_view(
    session: Session, asked: ReviewViewRequest, *, account_id: UUID, now: datetime
) -> ReviewViewAnswer:
    """
    Save a view.

    Raises:
        ViewNameTakenError: The person has one of this name.
        TooManyViewsError: The person has as many as one may have.
    """
    own = select(func.count()).where(ReviewView.account_id == account_id)
    if (session.scalar(own) or 0) >= MOST_VIEWS:
        raise TooManyViewsError
    view = ReviewView(
        account_id=account_id,
        name=asked.name,
        filter=_stored(asked.filter),
        sort=asked.sort,
        is_shared=asked.is_shared,
        updated_at=now,
        version=1,
    )
    session.add(view)
    _flush(session, asked.name)
    return _describe(view, _owner_name(session, view), account_id=account_id)


def change_view(
    session: Session,
    view_id: UUID,
    change: ReviewViewChange,
    *,
    account_id: UUID,
    seen: Collection[int] | None,
    now: datetime,
) -> ReviewViewAnswer:
    """
    Change a view of one's own.

    Args:
        session: The transaction.
        view_id: The view.
        change: Its new values.
        account_id: Who changes it.
        seen: Versions the change is meant for; None for whichever it is.
        now: The present moment.

    Raises:
        NotFoundError: There is no such view that the person may see.
        ForeignViewError: Somebody else made it.
        StaleError: It was changed meanwhile.
        ViewNameTakenError: The person has another one of this name.
    """
    view = _get_own(session, view_id, account_id=account_id, seen=seen)
    left_out = {"version", "filter"}
    values = change.model_dump(by_alias=False, exclude_none=True, exclude=left_out)
    if change.filter is not None:
        values["filter"] = _stored(change.filter)
    for name, value in values.items():
        setattr(view, name, value)
    view.updated_at, view.version = now, view.version + 1
    _flush(session, view.name)
    return _describe(view, _owner_name(session, view), account_id=account_id)


def remove_view(
    session: Session,
    view_id: UUID,
    *,
    account_id: UUID,
    seen: Collection[int] | None,
) -> None:
    """
    Remove a view of one's own.

    Raises:
        NotFoundError: There is no such view that the person may see.
        ForeignViewError: Somebody else made it.
        StaleError: It was changed meanwhile.
    """
    session.delete(_get_own(session, view_id, account_id=account_id, seen=seen))


def _get_own(
    session: Session,
    view_id: UUID,
    *,
    account_id: UUID,
    seen: Collection[int] | None,
) -> ReviewView:
    view = session.scalar(
        select(ReviewView).where(ReviewView.id == view_id).with_for_update()
    )
    is_own = view is not None and view.account_id == account_id
    if view is None or not (is_own or view.is_shared):
        raise NotFoundError(f"there is no view {view_id}")
    if not is_own:
        raise ForeignViewError(view.name)
    if seen is not None and view.version not in seen:
        raise StaleError(view.version)
    return view


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as doubled:
        raise ViewNameTakenError(name) from doubled


def _owner_name(session: Session, view: ReviewView) -> str:
    query = select(Account.display_name).where(Account.id == view.account_id)
    return session.scalar(query) or ""


def _stored(wanted: ReviewFilter) -> dict[str, object]:
    return wanted.model_dump(mode="json", exclude_none=True)


def _describe(
    view: ReviewView, owner_name: str, *, account_id: UUID
) -> ReviewViewAnswer:
    return ReviewViewAnswer(
        id=view.id,
        name=view.name,
        filter=ReviewFilter.model_validate(view.filter),
        sort=_SORT.validate_python(view.sort),
        is_shared=view.is_shared,
        is_mine=view.account_id == account_id,
        owner_name=owner_name,
        version=view.version,
        updated_at=view.updated_at,
    )
