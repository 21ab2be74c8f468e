"""Where a campaign asks for two of three opinions, two that agree decide."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.clock import now
from config.settings import settings
from config.vocabulary import Decision
from tasks.database import transaction
from tasks.reviews.decide import AlreadyVotedError, OpinionsSpentError
from tasks.reviews.history import list_history
from tasks.reviews.leases import Taker, take_next
from tasks.reviews.repository import count_decisions
from tasks.reviews.schemas import ReviewCard
from tasks.reviews.step_schemas import NextRequest
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.reviews import reopen_again, rule

pytestmark = pytest.mark.usefixtures("database")

YES, NO = Decision.APPROVED, Decision.REJECTED


def queued(opinions: int = 2, of: int = 3) -> UUID:
    run = create_taken_run(review_rule={"opinions": opinions, "of": of})
    return queue_handles(run, "mira")[0]


def votes_of(card: ReviewCard) -> tuple[int, int, int, bool]:
    assert card.votes is not None
    return (
        card.votes.approve,
        card.votes.reject,
        card.votes.needed,
        card.votes.is_split,
    )


def waiting_for(account_id: UUID) -> list[UUID]:
    with transaction() as session:
        taker = Taker(account_id, now(), settings().reviews.lease)
        return take_next(session, NextRequest(), taker)


def test_two_of_three_decide_only_when_they_agree() -> None:
    mira = queued()
    card = rule(mira, YES, seen_version=1)
    assert (card.status, card.version) == (Decision.PENDING, 1)
    assert votes_of(card) == (1, 0, 2, False)
    card = rule(mira, NO, seen_version=1)
    assert card.status is Decision.PENDING
    assert votes_of(card) == (1, 1, 2, True)
    card = rule(mira, NO, seen_version=1)
    assert (card.status, card.version) == (NO, 2)
    assert votes_of(card) == (1, 2, 2, True)


def test_two_who_agree_decide_at_once() -> None:
    mira = queued()
    rule(mira, YES)
    assert rule(mira, YES).status is YES


def test_the_log_keeps_every_opinion() -> None:
    mira = queued()
    for opinion in (YES, NO, NO):
        rule(mira, opinion)
    with transaction() as session:
        steps = list_history(session, mira)
    assert [(one.vote, one.after) for one in steps] == [
        (YES, Decision.PENDING),
        (NO, Decision.PENDING),
        (NO, NO),
    ]


def test_nobody_votes_twice() -> None:
    mira, reviewer = queued(), uuid4()
    first = rule(mira, YES, by=reviewer)
    assert rule(mira, YES, by=reviewer) == first
    with pytest.raises(AlreadyVotedError) as refused:
        rule(mira, NO, by=reviewer)
    assert refused.value.details["decisionId"] == str(first.decision_id)
    with transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM review_votes")) == 1


def test_a_repeated_opinion_stays_a_repeat_after_it_was_decided() -> None:
    mira, first = queued(), uuid4()
    rule(mira, YES, by=first)
    rule(mira, YES)
    assert rule(mira, YES, by=first).status is YES
    with transaction() as session:
        assert len(list_history(session, mira)) == 2
        assert count_decisions(session, campaign_id=None)[Decision.APPROVED] == 1


def test_one_is_not_asked_again_about_what_one_has_an_opinion_on() -> None:
    mira, reviewer = queued(), uuid4()
    rule(mira, YES, by=reviewer)
    assert waiting_for(reviewer) == []
    assert waiting_for(uuid4()) == [mira]


def test_opinions_on_others_use_up_nobody_s_own() -> None:
    others = create_taken_run(review_rule={"opinions": 3, "of": 3})
    for handle in ("tal", "noa"):
        (one,) = queue_handles(others, handle)
        for opinion in (YES, YES, NO):
            rule(one, opinion)
    assert waiting_for(uuid4()) == []
    mira = queued(opinions=3)
    rule(mira, YES)
    assert waiting_for(uuid4()) == [mira]


def test_opinions_that_cannot_agree_any_more_wait_for_somebody_to_reopen() -> None:
    mira = queued(opinions=3)
    for opinion in (YES, YES, NO):
        rule(mira, opinion)
    assert waiting_for(uuid4()) == []
    with pytest.raises(OpinionsSpentError):
        rule(mira, YES)
    card = reopen_again(mira, by=uuid4(), reason="look at the new pictures")
    assert votes_of(card) == (0, 0, 3, False)
    assert waiting_for(uuid4()) == [mira]


def test_a_maybe_and_a_skip_need_no_second_opinion() -> None:
    mira = queued()
    assert rule(mira, Decision.SKIPPED).status is Decision.PENDING
    assert rule(mira, Decision.MAYBE).status is Decision.MAYBE
