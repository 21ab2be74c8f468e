"""Cards of the review queue that a filter finds: a page of them, or all."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy.orm import Session

from tasks.database import transaction
from tasks.reviews.filters import ReviewFilter, Sort
from tasks.reviews.listing import ListPlace, list_places, read_list_place
from tasks.reviews.repository import cards_of
from tasks.reviews.schemas import ReviewCard

EXPORTED_AT_ONCE = 500
"""Cards that an export reads in one transaction."""


class CardPage(NamedTuple):
    """Some cards; `next` asks for those that follow, None at the end."""

    items: list[ReviewCard]
    next: str | None


def read_cards(
    session: Session,
    wanted: ReviewFilter,
    *,
    sort: Sort,
    after: str | None,
    limit: int,
) -> CardPage:
    """
    Return one page of the cards that a filter finds.

    Raises:
        InvalidError: `after` is not a place of this list in this order.
    """
    place = read_list_place(after, sort=sort) if after else None
    places = list_places(session, wanted, sort=sort, after=place, limit=limit)
    cards = cards_of(session, [one.id for one in places])
    return CardPage(cards, str(places[-1]) if len(places) == limit else None)


def all_cards(wanted: ReviewFilter, *, sort: Sort) -> Iterator[list[ReviewCard]]:
    """
    Yield all cards that a filter finds, some at a time, each once.

    Every portion is a transaction of its own, so that a slow reader holds none open.
    """
    after: ListPlace | None = None
    while True:
        with transaction() as session:
            places = list_places(
                session, wanted, sort=sort, after=after, limit=EXPORTED_AT_ONCE
            )
            cards = cards_of(session, [one.id for one in places])
        yield cards
        if len(places) < EXPORTED_AT_ONCE:
            return
        after = places[-1]
