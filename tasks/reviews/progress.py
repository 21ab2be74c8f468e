"""How far the review queue is: mine, the team's, the pace, the time left."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from config.vocabulary import Decision, DecisionKind
from tasks.models import Account, ReviewItem, ReviewStep
from tasks.reviews.step_schemas import OwnPace, PersonToday, Progress, TeamPace

_WINDOW = timedelta(minutes=5)
"""The pace is that of the last five minutes."""

_DECIDED = (Decision.APPROVED, Decision.REJECTED, Decision.MAYBE)


class Recent(NamedTuple):
    """What one person decided one by one within the window."""

    decided: int
    first: datetime | None


class Worked(NamedTuple):
    """What one person did today and within the window."""

    account_id: UUID
    name: str | None
    today: int
    recent: Recent


def measure_progress(
    session: Session, *, campaign_id: UUID | None, account_id: UUID, now: datetime
) -> Progress:
    """Return how far the queue is, of one campaign or of all."""
    people = _read_work(session, campaign_id=campaign_id, now=now)
    waiting = _count_waiting(session, campaign_id)
    mine = next((one for one in people if one.account_id == account_id), None)
    per_minute = sum(pace_of(one.recent, now=now) for one in people)
    return Progress(
        mine=OwnPace(
            today=mine.today if mine else 0,
            per_minute=round(pace_of(mine.recent, now=now), 1) if mine else 0,
        ),
        team=TeamPace(
            today=sum(one.today for one in people),
            per_minute=round(per_minute, 1),
            people=tuple(
                PersonToday(name=one.name or "somebody who left", today=one.today)
                for one in sorted(people, key=lambda one: -one.today)
                if one.today
            ),
        ),
        waiting=waiting,
        seconds_left=seconds_left(waiting, per_minute=per_minute),
    )


def pace_of(recent: Recent, *, now: datetime) -> float:
    """Return decisions a minute since the first of the window, a minute at least."""
    if recent.first is None:
        return 0
    minutes = (now - recent.first) / timedelta(minutes=1)
    return recent.decided / max(1, minutes)


def seconds_left(waiting: int, *, per_minute: float) -> int | None:
    """Return how long the rest takes at this pace; None while nobody decides."""
    return round(waiting / per_minute * 60) if per_minute else None


def _read_work(
    session: Session, *, campaign_id: UUID | None, now: datetime
) -> list[Worked]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = now - _WINDOW
    is_recent = and_(
        _is_decision(),
        ReviewStep.kind == DecisionKind.SINGLE,
        ReviewStep.decided_at > since,
    )
    signed = case((_is_decision(), 1), (_takes_back(), -1), else_=0)
    today = case((ReviewStep.decided_at >= midnight, signed), else_=0)
    query = (
        select(
            ReviewStep.decided_by,
            func.max(Account.display_name),
            func.greatest(func.sum(today), 0),
            func.count().filter(is_recent),
            func.min(ReviewStep.decided_at).filter(is_recent),
        )
        .outerjoin(Account, Account.id == ReviewStep.decided_by)
        .where(ReviewStep.decided_at >= min(midnight, since))
        .group_by(ReviewStep.decided_by)
    )
    if campaign_id is not None:
        query = query.where(ReviewStep.campaign_id == campaign_id)
    return [
        Worked(person, name, decided, Recent(count, first))
        for person, name, decided, count, first in session.execute(query)
    ]


def _is_decision() -> ColumnElement[bool]:
    return and_(
        ReviewStep.undoes.is_(None),
        or_(ReviewStep.vote.is_not(None), ReviewStep.after.in_(_DECIDED)),
    )


def _takes_back() -> ColumnElement[bool]:
    return and_(
        ReviewStep.undoes.is_not(None),
        or_(ReviewStep.vote.is_not(None), ReviewStep.before.in_(_DECIDED)),
    )


def _count_waiting(session: Session, campaign_id: UUID | None) -> int:
    query = select(func.count()).where(ReviewItem.decision == Decision.PENDING)
    if campaign_id is not None:
        query = query.where(ReviewItem.campaign_id == campaign_id)
    return session.scalar(query) or 0
