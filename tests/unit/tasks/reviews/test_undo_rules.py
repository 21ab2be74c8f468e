"""A step can be taken back as long as nobody decided after it."""

from typing import Any
from uuid import uuid4

import pytest

from config.vocabulary import Decision, DecisionKind
from tasks.reviews.undo_rules import DecidedStep, can_undo

MINE, OTHERS = uuid4(), uuid4()


def step(**values: Any) -> DecidedStep:
    """Return an approval that still stands."""
    approved = DecidedStep(
        review_id=uuid4(),
        campaign_id=uuid4(),
        handle="mira",
        before=Decision.PENDING,
        after=Decision.APPROVED,
        vote=None,
        kind=DecisionKind.SINGLE,
        is_now=Decision.APPROVED,
        decision_id_now=MINE,
        own_vote_id=None,
        has_skipped=False,
        version=2,
    )
    return approved._replace(**values)


def test_a_decision_that_stands_can_be_undone() -> None:
    assert can_undo(step(), MINE)


def test_a_decision_after_it_stands_in_the_way() -> None:
    assert not can_undo(step(decision_id_now=OTHERS), MINE)
    assert not can_undo(step(decision_id_now=None, is_now=Decision.PENDING), MINE)


@pytest.mark.parametrize(
    ("now", "possible"), [(Decision.PENDING, True), (Decision.REJECTED, False)]
)
def test_an_opinion_can_be_taken_back_until_it_was_decided(
    now: Decision, *, possible: bool
) -> None:
    opinion = step(
        after=Decision.PENDING,
        vote=Decision.APPROVED,
        own_vote_id=MINE,
        is_now=now,
        decision_id_now=OTHERS,
    )
    assert opinion.is_opinion
    assert can_undo(opinion, MINE) is possible
    assert not can_undo(opinion._replace(own_vote_id=None), MINE)


def test_a_skip_can_be_taken_back_while_it_waits() -> None:
    skip = step(after=Decision.SKIPPED, is_now=Decision.PENDING, has_skipped=True)
    assert skip.is_skip
    assert can_undo(skip, MINE)
    assert not can_undo(skip._replace(is_now=Decision.APPROVED), MINE)
    assert not can_undo(skip._replace(has_skipped=False), MINE)
