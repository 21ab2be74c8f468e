"""The filter of the review list in the address of its screen, and before the API."""

from uuid import UUID

import pytest

from config.vocabulary import Decision
from tasks.reviews.filters import ReviewFilter
from ui.console.review_filters import (
    BEST_FIRST,
    as_body,
    as_query,
    build_filter,
    read_address,
    read_sort,
    scores_of,
    write_address,
)

SOMEBODY = UUID(int=7)
FILTERS = [
    ReviewFilter(),
    ReviewFilter(decision=()),
    ReviewFilter(decision=(Decision.APPROVED, Decision.MAYBE), min_score=60),
    ReviewFilter(campaign_id=SOMEBODY, decided_by=SOMEBODY, verified=False),
    ReviewFilter(search="tea & vinyl", platform="demo", reason="too small"),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_a_filter_comes_back_from_the_address(wanted: ReviewFilter) -> None:
    assert read_address(write_address(wanted, BEST_FIRST)) == wanted


def test_what_goes_without_saying_is_not_in_the_address() -> None:
    assert write_address(ReviewFilter(), BEST_FIRST) == {}
    assert write_address(ReviewFilter(), "createdAt") == {"sort": "createdAt"}


def test_what_is_no_filter_counts_as_not_said() -> None:
    address = {"min": "many", "state": "lost", "campaign": "x", "search": "tea"}
    assert read_address(address) == ReviewFilter(search="tea")


def test_scores_in_the_wrong_order_leave_a_filter_that_holds() -> None:
    assert read_address({"min": "80", "max": "20"}) == ReviewFilter(max_score=20)


def test_an_unknown_order_is_the_highest_score_first() -> None:
    assert read_sort({"sort": "name"}) == BEST_FIRST
    assert read_sort({"sort": "uncertainty"}) == "uncertainty"


def test_the_body_names_only_what_is_looked_for() -> None:
    wanted = ReviewFilter(min_score=60, campaign_id=SOMEBODY)
    assert as_body(wanted) == {
        "campaignId": str(SOMEBODY),
        "decision": ["pending"],
        "minScore": 60,
    }


def test_the_query_names_each_decision_and_the_order() -> None:
    wanted = ReviewFilter(decision=(Decision.APPROVED, Decision.MAYBE), verified=True)
    assert as_query(wanted, "score") == (
        "decision=approved&decision=maybe&verified=true&sort=score"
    )


def test_whatever_was_decided_is_every_word_of_it() -> None:
    assert as_query(ReviewFilter(decision=()), "score").count("decision=") == 4


def test_fields_that_are_empty_ask_for_nothing() -> None:
    built = build_filter(
        campaign_id=None,
        decision=(Decision.PENDING,),
        search="",
        platform="",
        verified=None,
        scores=(0, 100),
    )
    assert built == ReviewFilter()


def test_the_ends_of_the_scale_are_said_only_when_moved() -> None:
    built = build_filter(decision=(), scores=(0, 40))
    assert (built.min_score, built.max_score) == (None, 40)
    assert scores_of(built) == (0, 40)
