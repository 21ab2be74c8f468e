"""Pure: when several opinions decide about a public profile."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from config.vocabulary import Decision
from tasks.reviews.schemas import VotesShown


class VoteRule(NamedTuple):
    """So many equal opinions decide, of so many reviewers who are asked at most."""

    opinions: int = 1
    of: int = 1

    @property
    def asks_several(self) -> bool:
        """Whether one person alone cannot decide."""
        return self.opinions > 1


class Vote(NamedTuple):
    """One reviewer's opinion."""

    account_id: UUID
    decision: Decision
    decision_id: UUID
    """Of the step in the review log; undo takes it."""


def weigh(votes: Iterable[Decision], rule: VoteRule) -> Decision | None:
    """Return what the opinions come to; None while too few are equal."""
    counted = Counter(votes).most_common(1)
    if not counted:
        return None
    word, count = counted[0]
    return word if count >= rule.opinions else None


def are_spent(votes: Sequence[Decision], rule: VoteRule) -> bool:
    """Return whether everybody was asked, and too few agree."""
    return len(votes) >= rule.of and weigh(votes, rule) is None


def count_votes(votes: Sequence[str], rule: VoteRule) -> VotesShown | None:
    """Return the opinions as they are shown; None where one person decides."""
    if not rule.asks_several:
        return None
    given = [Decision(one) for one in votes]
    return VotesShown(
        approve=given.count(Decision.APPROVED),
        reject=given.count(Decision.REJECTED),
        needed=rule.opinions,
        of=rule.of,
        is_split=len(set(given)) > 1 or are_spent(given, rule),
    )
