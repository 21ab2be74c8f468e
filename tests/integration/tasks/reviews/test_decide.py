"""A decision is taken once, by one person, and can be taken back."""

from uuid import uuid4

import pytest

from config.clock import now
from config.errors import NotFoundError
from config.vocabulary import Decision
from tasks.database import transaction
from tasks.reviews.decide import DecidedElsewhereError, decide, decide_batch
from tasks.reviews.repository import count_decisions, list_cards, read_place
from tasks.reviews.schemas import ReviewCard, Ruling
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles

pytestmark = pytest.mark.usefixtures("database")


def rule(
    public_profile_id: object, decision: Decision, *, seen_version: int | None = None
) -> ReviewCard:
    with transaction() as session:
        return decide(
            session,
            public_profile_id,  # type: ignore[arg-type]
            ruling=Ruling(decision, decided_by=uuid4(), decided_at=now()),
            seen_version=seen_version,
        )


def test_a_decision_shows_who_took_it() -> None:
    (mira,) = queue_handles(create_taken_run(), "mira")
    card = rule(mira, Decision.APPROVED)
    assert (card.status, card.version) == (Decision.APPROVED, 2)
    assert card.decided_by is not None


def test_the_same_decision_again_changes_nothing() -> None:
    (mira,) = queue_handles(create_taken_run(), "mira")
    first = rule(mira, Decision.APPROVED)
    assert rule(mira, Decision.APPROVED) == first


def test_nobody_overrules_without_looking_again() -> None:
    (mira,) = queue_handles(create_taken_run(), "mira")
    rule(mira, Decision.APPROVED)
    with pytest.raises(DecidedElsewhereError, match="@mira is approved already"):
        rule(mira, Decision.REJECTED)


def test_a_decision_about_an_older_version_is_refused() -> None:
    (mira,) = queue_handles(create_taken_run(), "mira")
    rule(mira, Decision.APPROVED)
    rule(mira, Decision.PENDING)
    with pytest.raises(DecidedElsewhereError):
        rule(mira, Decision.REJECTED, seen_version=1)


def test_a_decision_taken_back_waits_again() -> None:
    (mira,) = queue_handles(create_taken_run(), "mira")
    rule(mira, Decision.REJECTED)
    assert rule(mira, Decision.PENDING).status is Decision.PENDING


def test_a_public_profile_outside_the_queue_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        rule(uuid4(), Decision.APPROVED)


def test_a_batch_decides_only_about_those_that_wait() -> None:
    ids = queue_handles(create_taken_run(), "mira", "tal", "oru")
    rule(ids[0], Decision.REJECTED)
    ruling = Ruling(Decision.APPROVED, decided_by=uuid4(), decided_at=now())
    with transaction() as session:
        answer = decide_batch(session, [*ids, uuid4()], ruling=ruling)
    assert (answer.matched, answer.modified) == (3, 2)
    with transaction() as session:
        counts = count_decisions(session, campaign_id=None)
    assert counts == {"pending": 0, "approved": 2, "rejected": 1}


def test_pages_of_the_queue_hold_every_card_once() -> None:
    ids = queue_handles(create_taken_run(), *(f"person{number}" for number in range(7)))
    seen, after = [], None
    while True:
        with transaction() as session:
            page = list_cards(
                session, campaign_id=None, decision=None, after=after, limit=3
            )
        if not page:
            break
        seen += [card.id for card in page]
        after = read_place(f"{page[-1].score}_{page[-1].id}")
    assert seen == sorted(ids)
