"""The suggestions of a campaign: how they stand, switched on or off, and learned."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from config.vocabulary import Decision
from tasks.reviews.likelihood import (
    DECISIONS_NEEDED,
    Traits,
    lesson_in_words,
    traits_of,
)
from tasks.reviews.likelihood_rows import (
    count_final,
    get_likelihood,
    last_line,
    list_newest_final,
    switch,
)
from tasks.reviews.likelihood_schemas import LikelihoodAnswer, LikelihoodChange
from tasks.reviews.repository import cards_of

LEARNED_FROM = 2_000
"""The newest decisions; more cost time and teach little."""


class Examples(NamedTuple):
    """Decisions to learn from, and when they were read."""

    traits: list[Traits]
    approved: list[bool]
    counted: int
    generation: int
    line: int


def describe_likelihood(session: Session, campaign_id: UUID) -> LikelihoodAnswer:
    """Return how it stands with the suggestions of a campaign."""
    standing = get_likelihood(session, campaign_id)
    decisions, lesson = count_final(session, campaign_id), standing.lesson
    return LikelihoodAnswer(
        is_offered=standing.is_offered,
        state=lesson.state if lesson else None,
        words=lesson_in_words(
            lesson, decisions=decisions, is_offered=standing.is_offered
        ),
        decisions=decisions,
        needed=DECISIONS_NEEDED,
        estimate=lesson.estimate if lesson else None,
    )


def change_likelihood(
    session: Session, campaign_id: UUID, change: LikelihoodChange
) -> LikelihoodAnswer:
    """Switch the suggestions of a campaign; the same again changes nothing."""
    if get_likelihood(session, campaign_id).is_offered != change.is_offered:
        switch(session, campaign_id, is_offered=change.is_offered)
    return describe_likelihood(session, campaign_id)


def read_examples(session: Session, campaign_id: UUID) -> Examples | None:
    """Return the newest decisions of a campaign; None if it is switched off."""
    standing = get_likelihood(session, campaign_id)
    if not standing.is_offered:
        return None
    line = last_line(session, campaign_id)
    counted = count_final(session, campaign_id)
    cards = cards_of(
        session, list_newest_final(session, campaign_id, limit=LEARNED_FROM)
    )
    return Examples(
        traits=[traits_of(one) for one in cards],
        approved=[one.status is Decision.APPROVED for one in cards],
        counted=counted,
        generation=standing.generation,
        line=line,
    )
