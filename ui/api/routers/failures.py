"""Unexpected errors, for whoever looks after Muster."""

from typing import Annotated

from fastapi import APIRouter, Query

from tasks.database import transaction
from tasks.failures.repository import list_failures
from tasks.pages import PageWish
from ui.api.answers import FailureList
from ui.api.auth import ErrorsRead
from ui.api.dependencies import paged_by

router = APIRouter(prefix="/admin/errors", tags=["administration"])


@router.get("")
def show_failures(
    _caller: ErrorsRead,
    page: Annotated[PageWish, paged_by("-lastSeenAt", "createdAt", "count", "kind")],
    kind: Annotated[str | None, Query(max_length=200)] = None,
) -> FailureList:
    """List unexpected errors, each kind once, the one seen last first."""
    with transaction() as session:
        found = list_failures(session, page, kind=kind)
    return FailureList(items=tuple(found.rows), next=found.next)
