"""Saved views of the review queue: own ones, and those that others share."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from config.clock import now
from tasks.database import transaction
from tasks.reviews import views
from tasks.reviews.views import (
    ReviewViewAnswer,
    ReviewViewChange,
    ReviewViewRequest,
)
from ui.api.answers import ReviewViewList
from ui.api.auth import ReviewRead
from ui.api.conditions import IfMatch, seen_versions, tell_version
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/profiles/views", tags=["review"])


@router.get("")
def show_views(caller: ReviewRead) -> ReviewViewList:
    """List own views and those that others share, by name."""
    with transaction() as session:
        found = views.list_views(session, account_id=caller.account_id)
    return ReviewViewList(items=tuple(found))


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[TAKES_KEY])
def save_view(
    asked: ReviewViewRequest, caller: ReviewRead, response: Response
) -> ReviewViewAnswer:
    """Save a filter and an order under a name; the ETag is for changing it."""
    with transaction() as session:
        view = views.add_view(session, asked, account_id=caller.account_id, now=now())
    tell_version(response, view.version)
    return view


@router.patch("/{view_id}")
def change_view(
    view_id: UUID,
    asked: ReviewViewChange,
    caller: ReviewRead,
    response: Response,
    if_match: IfMatch = None,
) -> ReviewViewAnswer:
    """Change a view of one's own; 412 if it was changed meanwhile."""
    seen = seen_versions(if_match, stated=asked.version)
    with transaction() as session:
        view = views.change_view(
            session,
            view_id,
            asked,
            account_id=caller.account_id,
            seen=seen,
            now=now(),
        )
    tell_version(response, view.version)
    return view


@router.delete("/{view_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_view(view_id: UUID, caller: ReviewRead, if_match: IfMatch = None) -> None:
    """Remove a view of one's own; 412 if it was changed meanwhile."""
    seen = seen_versions(if_match, stated=None)
    with transaction() as session:
        views.remove_view(session, view_id, account_id=caller.account_id, seen=seen)
