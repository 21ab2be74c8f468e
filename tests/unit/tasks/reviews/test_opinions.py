"""Several opinions decide when enough are equal, and not before."""

from itertools import product

import pytest

from config.vocabulary import Decision
from tasks.reviews.opinions import VoteRule, are_spent, count_votes, weigh

YES, NO = Decision.APPROVED, Decision.REJECTED
TWO_OF_THREE = VoteRule(opinions=2, of=3)


def test_one_opinion_decides_where_one_is_asked() -> None:
    assert weigh([YES], VoteRule()) is YES
    assert not VoteRule().asks_several


def test_nothing_is_decided_before_anybody_has_spoken() -> None:
    assert weigh([], VoteRule()) is None
    assert not are_spent([], TWO_OF_THREE)


def test_two_of_three_decide_only_when_two_agree() -> None:
    assert weigh([YES], TWO_OF_THREE) is None
    assert weigh([YES, NO], TWO_OF_THREE) is None
    assert weigh([YES, NO, NO], TWO_OF_THREE) is NO
    assert weigh([YES, YES], TWO_OF_THREE) is YES


def test_three_opinions_of_two_words_always_decide_two_of_three() -> None:
    for votes in product((YES, NO), repeat=3):
        assert weigh(votes, TWO_OF_THREE) is not None
        assert not are_spent(votes, TWO_OF_THREE)


def test_three_of_three_are_spent_when_one_disagrees() -> None:
    rule = VoteRule(opinions=3, of=3)
    assert are_spent([YES, YES, NO], rule)
    assert not are_spent([YES, YES], rule)
    assert weigh([YES, YES, NO], rule) is None


@pytest.mark.parametrize(
    ("votes", "is_split"),
    [([], False), ([YES], False), ([YES, NO], True), ([NO, NO], False)],
)
def test_a_disagreement_is_shown(votes: list[Decision], *, is_split: bool) -> None:
    shown = count_votes(votes, TWO_OF_THREE)
    assert shown is not None
    assert (shown.needed, shown.of) == (2, 3)
    assert (shown.approve, shown.reject) == (votes.count(YES), votes.count(NO))
    assert shown.is_split is is_split


def test_no_opinions_are_shown_where_one_person_decides() -> None:
    assert count_votes([], VoteRule()) is None
