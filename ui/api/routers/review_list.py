"""The review queue as a list: what a filter finds, page by page or as a file."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict
from starlette.responses import StreamingResponse

from config.vocabulary import Decision
from tasks.database import transaction
from tasks.reviews.export_lines import csv_head, csv_of, json_lines_of
from tasks.reviews.filters import ReviewFilter, Sort
from tasks.reviews.listed import all_cards, read_cards
from tasks.reviews.log import log_lines
from tasks.reviews.repository import count_decisions
from tasks.reviews.schemas import ReviewCard
from ui.api.answers import DecisionCounts, ReviewList
from ui.api.auth import ReviewRead
from ui.api.dependencies import Limit

router = APIRouter(prefix="/profiles", tags=["review"])

_CSV, _JSON_LINES = "text/csv", "application/jsonl"


class _Asked(ReviewFilter):
    """A filter as it stands in an address, among other words."""

    model_config = ConfigDict(extra="ignore")

    status: Literal["pending", "approved", "rejected", "maybe", "all"] = "pending"
    """One decision, or all; `decision` takes several and goes before."""


async def _read_wanted(asked: Annotated[_Asked, Query()]) -> ReviewFilter:
    values = {
        name: getattr(asked, name)
        for name in ReviewFilter.model_fields
        if name in asked.model_fields_set
    }
    by_status = () if asked.status == "all" else (Decision(asked.status),)
    return ReviewFilter(**{"decision": by_status} | values)


CampaignId = Annotated[UUID, Query(alias="campaignId")]
Wanted = Annotated[ReviewFilter, Depends(_read_wanted)]
"""What a list is to show, from the query of its address."""


@router.get("")
def show_cards(
    _caller: ReviewRead,
    limit: Limit,
    wanted: Wanted,
    sort: Sort = "-score",
    after: Annotated[str | None, Query(max_length=80)] = None,
) -> ReviewList:
    """List public profiles of the review queue, highest score first if not asked."""
    with transaction() as session:
        page = read_cards(session, wanted, sort=sort, after=after, limit=limit)
        counts = count_decisions(session, campaign_id=wanted.campaign_id)
    return ReviewList(
        items=tuple(page.items),
        next=page.next,
        counts=DecisionCounts(**{str(word): count for word, count in counts.items()}),
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file, as it is read.",
            "content": {
                kind: {"schema": {"type": "string"}} for kind in (_CSV, _JSON_LINES)
            },
        }
    },
)
def export_cards(
    _caller: ReviewRead,
    wanted: Wanted,
    sort: Sort = "-score",
    form: Literal["csv", "json_lines"] = "csv",
) -> StreamingResponse:
    """Export what a filter finds, all of it; texts in CSV are no formulas."""
    portions = all_cards(wanted, sort=sort)
    first = next(portions, [])  # what cannot be read at all is refused in our words
    is_csv = form == "csv"
    name = "profiles.csv" if is_csv else "profiles.jsonl"
    return StreamingResponse(
        _lines_of(chain([first], portions), is_csv=is_csv),
        media_type=_CSV if is_csv else _JSON_LINES,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get(
    "/log/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file, as it is read.",
            "content": {_JSON_LINES: {"schema": {"type": "string"}}},
        }
    },
)
def export_log(_caller: ReviewRead, campaign_id: CampaignId) -> StreamingResponse:
    """Export the review log of a campaign, with the hashes that make it a chain."""
    return StreamingResponse(
        log_lines(campaign_id),
        media_type=_JSON_LINES,
        headers={"Content-Disposition": 'attachment; filename="review-log.jsonl"'},
    )


def _lines_of(portions: Iterator[list[ReviewCard]], *, is_csv: bool) -> Iterator[str]:
    if is_csv:
        yield csv_head()
    for cards in portions:
        yield csv_of(cards) if is_csv else json_lines_of(cards)
