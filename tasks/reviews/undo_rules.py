"""Pure: may a step be taken back, or did somebody decide since."""

from typing import NamedTuple
from uuid import UUID

from config.vocabulary import Decision, DecisionKind


class DecidedStep(NamedTuple):
    """What a decision did to one public profile, and how that one stands now."""

    review_id: UUID
    campaign_id: UUID
    handle: str
    before: Decision
    after: Decision
    vote: Decision | None
    kind: DecisionKind
    is_now: Decision
    decision_id_now: UUID | None
    own_vote_id: UUID | None
    """Step by which the one who asks gave the opinion that counts now."""

    has_skipped: bool
    version: int

    @property
    def is_skip(self) -> bool:
        """Whether it was passed on; its state stayed."""
        return self.after is Decision.SKIPPED

    @property
    def is_opinion(self) -> bool:
        """Whether it was an opinion that did not decide; the state stayed."""
        return self.vote is not None and self.before is self.after

    @property
    def is_change(self) -> bool:
        """Whether the state was changed."""
        return not self.is_skip and not self.is_opinion


def can_undo(step: DecidedStep, decision_id: UUID) -> bool:
    """Return whether a public profile still stands where this decision put it."""
    if step.is_skip:
        return step.has_skipped and step.is_now is step.before
    if step.is_opinion:
        return step.own_vote_id == decision_id and step.is_now is step.after
    return step.decision_id_now == decision_id
