"""Decide about one public profile: approve, reject, maybe, skip, put back, reopen."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from config.errors import ConflictError
from config.vocabulary import Decision, DecisionKind
from tasks.events.outbox import record_event
from tasks.events.types import (
    Event,
    ProfileDecided,
    ProfileSkipped,
    ProfileVoted,
)
from tasks.reviews.log import LogEntry, append_log, find_last_step, new_decision_id
from tasks.reviews.opinions import Vote, VoteRule, are_spent, weigh
from tasks.reviews.repository import (
    add_vote,
    change_item,
    forget_votes,
    get_card,
    list_votes,
    lock_standing,
    note_skip,
)
from tasks.reviews.rules import FINAL, Answer, Standing, judge
from tasks.reviews.schemas import ReviewCard, Ruling


class DecidedElsewhereError(ConflictError):
    """Somebody else decided first, or the reviewer saw an older version."""

    code = "already_decided"

    def __init__(self, card: ReviewCard) -> None:
        who = f" by {card.decided_by_name}" if card.decided_by_name else ""
        super().__init__(
            f"@{card.handle} is {card.status} already{who}; look again before deciding",
            details={
                "decision": card.status,
                "status": card.status,
                "decidedBy": str(card.decided_by) if card.decided_by else None,
                "decidedByName": card.decided_by_name,
                "decidedAt": card.decided_at.isoformat() if card.decided_at else None,
                "version": card.version,
            },
        )


class LeasedElsewhereError(ConflictError):
    """Somebody else looks at it now."""

    code = "leased_elsewhere"

    def __init__(self, card: ReviewCard) -> None:
        lease = card.lease
        name = (lease.by_name if lease else None) or "somebody else"
        super().__init__(
            f"{name} looks at @{card.handle} now; take another one, or wait",
            details={
                "byName": lease.by_name if lease else None,
                "until": lease.until.isoformat() if lease else None,
            },
        )


class AlreadyVotedError(ConflictError):
    """This reviewer gave another opinion before."""

    code = "already_voted"

    def __init__(self, vote: Vote) -> None:
        super().__init__(
            f"your opinion is {vote.decision} already; undo it to give another one",
            details={"vote": vote.decision, "decisionId": str(vote.decision_id)},
        )


class OpinionsSpentError(ConflictError):
    """Everybody was asked, and too few agree."""

    code = "opinions_differ"

    def __init__(self) -> None:
        super().__init__(
            "all opinions are given and too few agree; reopen it with a reason, and "
            "everybody is asked again"
        )


class NotDecidedError(ConflictError):
    """There is nothing to reopen."""

    code = "not_decided"

    def __init__(self) -> None:
        super().__init__("nobody has decided about it yet; it waits already")


def decide(
    session: Session,
    review_id: UUID,
    *,
    ruling: Ruling,
    seen_version: int | None,
) -> ReviewCard:
    """
    Store one decision about one public profile, and return its card.

    The same again by the same person changes nothing. `pending` takes a decision back.
    Where the campaign asks for several opinions, approving and rejecting are opinions,
    and the last one that is needed decides.

    Raises:
        NotFoundError: It is not in the queue.
        DecidedElsewhereError: It was decided otherwise, or since `seen_version`.
        LeasedElsewhereError: Somebody else holds it.
        AlreadyVotedError: The reviewer gave another opinion before.
        OpinionsSpentError: Nobody may give a further opinion.
    """
    by = ruling.decided_by
    standing, rule = lock_standing(session, review_id, account_id=by)
    votes = list_votes(session, review_id) if rule.asks_several else []
    own = next((one for one in votes if one.account_id == by), None)
    if own is not None and own.decision == ruling.decision:
        return _show(session, review_id, decision_id=own.decision_id)
    answer = judge(
        standing,
        ruling.decision,
        by=by,
        seen_version=seen_version,
        now=ruling.decided_at,
    )
    if answer is Answer.REPEATED:
        return _show_again(session, review_id, ruling)
    _refuse(session, review_id, answer)
    ruling = replace(ruling, decision_id=ruling.decision_id or new_decision_id())
    if ruling.decision is Decision.SKIPPED:
        return _skip(session, standing, ruling)
    if not rule.asks_several or ruling.decision not in FINAL:
        return _store(session, standing, ruling)
    if own is not None:
        raise AlreadyVotedError(own)
    return _hear(session, standing, ruling, votes=votes, rule=rule)


def reopen(
    session: Session,
    review_id: UUID,
    *,
    ruling: Ruling,
    seen_version: int | None,
) -> ReviewCard:
    """
    Have a decided public profile looked at again, with a reason; opinions begin anew.

    Raises:
        NotFoundError: It is not in the queue.
        NotDecidedError: It waits already, and nobody gave an opinion.
        DecidedElsewhereError: It was decided since `seen_version`.
        LeasedElsewhereError: Somebody else holds it.
    """
    by = ruling.decided_by
    standing, rule = lock_standing(session, review_id, account_id=by)
    votes = list_votes(session, review_id) if rule.asks_several else []
    if standing.decision is Decision.PENDING and not votes:
        last = find_last_step(session, review_id)
        if last and (last.kind, last.decided_by) == (DecisionKind.REOPEN, by):
            return _show(session, review_id)
        raise NotDecidedError
    answer = judge(
        standing,
        ruling.decision,
        by=by,
        seen_version=seen_version,
        now=ruling.decided_at,
    )
    _refuse(session, review_id, answer)
    ruling = replace(ruling, decision_id=ruling.decision_id or new_decision_id())
    change_item(session, review_id, skipped_by=[])
    return _store(session, standing, ruling, kind=DecisionKind.REOPEN)


def _refuse(session: Session, review_id: UUID, answer: Answer) -> None:
    if answer is Answer.DECIDED_ELSEWHERE:
        raise DecidedElsewhereError(get_card(session, review_id))
    if answer is Answer.LEASED_ELSEWHERE:
        raise LeasedElsewhereError(get_card(session, review_id))


def _store(
    session: Session,
    standing: Standing,
    ruling: Ruling,
    *,
    kind: DecisionKind = DecisionKind.SINGLE,
    vote: Decision | None = None,
) -> ReviewCard:
    """Change the state of a public profile, tell of it and write it down."""
    change_item(
        session,
        standing.id,
        decision=ruling.decision,
        decision_id=ruling.decision_id,
        decided_by=ruling.decided_by,
        decided_at=ruling.decided_at,
        reason=ruling.reason,
        note=ruling.note,
        version=standing.version + 1,
    )
    if ruling.decision is Decision.PENDING:
        forget_votes(session, standing.id)
    card = _show(session, standing.id)
    decided = ProfileDecided(
        campaign_id=standing.campaign_id,
        profile_id=standing.id,
        profile=f"@{card.handle}",
        decision=ruling.decision,
        decided_by=str(ruling.decided_by),
    )
    entry = _entry(standing, ruling, after=ruling.decision, version=card.version)
    _tell(session, decided, replace(entry, kind=kind, vote=vote))
    return card


def _skip(session: Session, standing: Standing, ruling: Ruling) -> ReviewCard:
    note_skip(session, standing.id, account_id=ruling.decided_by)
    card = _show(session, standing.id, decision_id=ruling.decision_id)
    skipped = ProfileSkipped(
        campaign_id=standing.campaign_id,
        profile_id=standing.id,
        profile=f"@{card.handle}",
        skipped_by=str(ruling.decided_by),
    )
    entry = _entry(standing, ruling, after=Decision.SKIPPED, version=card.version)
    _tell(session, skipped, entry)
    return card


def _hear(
    session: Session,
    standing: Standing,
    ruling: Ruling,
    *,
    votes: list[Vote],
    rule: VoteRule,
) -> ReviewCard:
    """Keep an opinion; decide if it is the last one needed."""
    given = [one.decision for one in votes]
    if are_spent(given, rule):
        raise OpinionsSpentError
    decision_id = ruling.decision_id or new_decision_id()
    vote = Vote(ruling.decided_by, ruling.decision, decision_id)
    add_vote(session, standing.id, vote, at=ruling.decided_at)
    if weigh([*given, ruling.decision], rule) is not None:
        return _store(session, standing, ruling, vote=ruling.decision)
    change_item(session, standing.id)
    card = _show(session, standing.id, decision_id=decision_id)
    voted = ProfileVoted(
        campaign_id=standing.campaign_id,
        profile_id=standing.id,
        profile=f"@{card.handle}",
        vote=ruling.decision,
        voted_by=str(ruling.decided_by),
    )
    entry = _entry(standing, ruling, after=standing.decision, version=card.version)
    _tell(session, voted, replace(entry, vote=ruling.decision))
    return card


def _entry(
    standing: Standing, ruling: Ruling, *, after: Decision, version: int
) -> LogEntry:
    return LogEntry(
        campaign_id=standing.campaign_id,
        review_id=standing.id,
        decision_id=ruling.decision_id or new_decision_id(),
        kind=DecisionKind.SINGLE,
        decided_by=ruling.decided_by,
        decided_at=ruling.decided_at,
        before=standing.decision,
        after=after,
        version=version,
        reason=ruling.reason,
        note=ruling.note,
        client=ruling.client,
        previous_decision_id=standing.decision_id,
    )


def _tell(session: Session, event: Event, entry: LogEntry) -> None:
    record_event(session, event)
    append_log(session, [entry])


def _show(
    session: Session, review_id: UUID, *, decision_id: UUID | None = None
) -> ReviewCard:
    session.expire_all()
    card = get_card(session, review_id)
    return card.model_copy(update={"decision_id": decision_id}) if decision_id else card


def _show_again(session: Session, review_id: UUID, ruling: Ruling) -> ReviewCard:
    """Return the card as it was answered to the same wish before."""
    if ruling.decision is not Decision.SKIPPED:
        return _show(session, review_id)
    last = find_last_step(
        session, review_id, by=ruling.decided_by, after=Decision.SKIPPED
    )
    return _show(session, review_id, decision_id=last.decision_id if last else None)
