"""Lists of the queue: what a filter finds, in an order that is total and repeatable."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.vocabulary import Decision
from tasks.database import transaction
from tasks.reviews.filters import ReviewFilter, Sort
from tasks.reviews.listed import all_cards, read_cards
from tasks.reviews.listing import count_found
from tests.factories.review_queue import queue_many

pytestmark = pytest.mark.usefixtures("database")

ANY = ReviewFilter(decision=())
SORTS: tuple[Sort, ...] = ("-score", "score", "uncertainty", "createdAt", "-createdAt")


def walk(sort: Sort, *, wanted: ReviewFilter = ANY, limit: int = 7) -> list[UUID]:
    seen: list[UUID] = []
    after = None
    while True:
        with transaction() as session:
            page = read_cards(session, wanted, sort=sort, after=after, limit=limit)
        seen += [card.id for card in page.items]
        after = page.next
        if after is None:
            return seen


def change(values: str, where: str) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE {values} WHERE {where}"))


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_total_and_the_same_again(sort: Sort) -> None:
    queue_many(60)
    first = walk(sort)
    assert len(first) == len(set(first)) == 60
    assert walk(sort, limit=11) == first


@pytest.mark.parametrize("sort", SORTS)
def test_no_row_jumps_while_rows_are_added_and_decided(sort: Sort) -> None:
    campaign_id = queue_many(60)
    before = walk(sort)
    seen: list[UUID] = []
    after = None
    for number in range(100):
        with transaction() as session:
            page = read_cards(session, ANY, sort=sort, after=after, limit=7)
        seen += [card.id for card in page.items]
        queue_many(5, campaign_id=campaign_id, word=f"late{number}x")
        change("review_items SET decision = 'rejected'", f"id = '{seen[-1]}'")
        after = page.next
        if set(before) <= set(seen) or after is None:
            break
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in set(before)] == before


def test_the_least_certain_come_first() -> None:
    queue_many(40)
    with transaction() as session:
        page = read_cards(session, ANY, sort="uncertainty", after=None, limit=40)
    told = [card.confidence for card in page.items]
    assert told == sorted(told)
    assert told[0] < told[-1]


def test_a_filter_finds_what_it_says() -> None:
    campaign_id = queue_many(102)
    queue_many(3, word="elsewhere")
    mira = uuid4()
    change(
        f"review_items SET decision = 'rejected', decided_by = '{mira}', "
        "reason = 'Too 50% loud'",
        f"score = 100 AND campaign_id = '{campaign_id}'",
    )
    change("public_profiles SET platform = 'pond', verified = true", "score = 99")
    change("public_profiles SET bio = 'Clay_and 5% glaze'", "score = 98")
    found = {
        ReviewFilter(): 103,
        ANY: 105,
        ReviewFilter(campaign_id=campaign_id): 100,
        ReviewFilter(decision=(Decision.REJECTED,)): 2,
        ReviewFilter(decision=(Decision.REJECTED, Decision.PENDING)): 105,
        ReviewFilter(min_score=98): 4,
        ReviewFilter(min_score=98, max_score=98): 2,
        ReviewFilter(platform="pond"): 2,
        ReviewFilter(verified=True): 2,
        ReviewFilter(verified=False): 0,
        ReviewFilter(search="CLAY_AND 5%"): 2,
        ReviewFilter(search="y%g"): 0,
        ReviewFilter(search="@ELSEWHERE1"): 1,
        ReviewFilter(decision=(), decided_by=mira): 2,
        ReviewFilter(decision=(), reason="50% LOUD"): 2,
        ReviewFilter(reason="loud"): 0,
    }
    with transaction() as session:
        counted = {wanted: count_found(session, wanted) for wanted in found}
    assert counted == found
    assert len(walk("-score", wanted=ReviewFilter(search="clay"))) == 2


def test_an_export_holds_every_card_once() -> None:
    queue_many(1_203)
    portions = list(all_cards(ReviewFilter(), sort="-score"))
    ids = [card.id for portion in portions for card in portion]
    assert len(ids) == len(set(ids)) == 1_203
    assert max(map(len, portions)) == 500
