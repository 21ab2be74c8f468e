"""Who went over a limit."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from config.vocabulary import LimitClass
from tasks.database import transaction
from tasks.limits.repository import list_violations
from tasks.pages import PageWish
from ui.api.answers import ViolationList
from ui.api.auth import LimitsRead
from ui.api.dependencies import paged_by

router = APIRouter(prefix="/admin/limit-violations", tags=["administration"])


@router.get("")
def show_violations(
    _caller: LimitsRead,
    page: Annotated[PageWish, paged_by("-createdAt")],
    limit_class: Annotated[LimitClass | None, Query(alias="limitClass")] = None,
    account_id: Annotated[UUID | None, Query(alias="accountId")] = None,
) -> ViolationList:
    """List refusals, newest first; at most one a minute for the same person."""
    with transaction() as session:
        found = list_violations(
            session, page, limit_class=limit_class, account_id=account_id
        )
    return ViolationList(items=tuple(found.rows), next=found.next)
