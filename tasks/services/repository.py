"""Counts of what waits; takes a session, never commits."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config.vocabulary import BrowserState, CampaignRunState, Decision
from tasks.events.relay import APPLICATION_NAME
from tasks.models import BrowserProfile, CampaignRun, Login, ReviewItem, TrackingEvent
from tasks.services.schemas import Backlog, EventLag

_LISTENING = text(
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = :relay
    """
)


def ask_for_answer(session: Session) -> None:
    """Return if the database answers at all."""
    session.execute(select(1))


def read_backlog(session: Session, *, now: datetime, used_since: datetime) -> Backlog:
    """
    Return what waits.

    Args:
        session: Of the caller's transaction.
        now: A login that has ended by then is not active.
        used_since: Nor is one that was not used since then.
    """
    final = [state for state in CampaignRunState if state.is_final]
    unfinished = CampaignRun.state.not_in(final)
    runs = select(CampaignRun.state, func.count()).where(unfinished)
    counted = {str(state): 0 for state in CampaignRunState if not state.is_final}
    for state, count in session.execute(runs.group_by(CampaignRun.state)):
        counted |= {state: count}
    browsers = select(BrowserProfile.state, func.count())
    in_state = {str(state): 0 for state in BrowserState}
    for state, count in session.execute(browsers.group_by(BrowserProfile.state)):
        in_state |= {state: count}
    active = select(func.count()).where(
        Login.revoked_at.is_(None),
        Login.expires_at > now,
        Login.rotated_at > used_since,
    )
    pending = select(func.count()).where(ReviewItem.decision == Decision.PENDING)
    return Backlog(
        campaign_runs=counted,
        browser_profiles=in_state,
        reviews_pending=session.scalar(pending) or 0,
        logins_active=session.scalar(active) or 0,
    )


def read_event_lag(
    session: Session, *, last_published: int | None, now: datetime
) -> EventLag:
    """
    Return how far the relay is behind.

    Args:
        session: Of the caller's transaction.
        last_published: Position of the stream's newest event; None for no stream.
        now: The oldest event's age is counted to this moment.
    """
    unordered = TrackingEvent.position.is_(None)
    waiting = session.scalar(select(func.sum(TrackingEvent.size)).where(unordered)) or 0
    oldest = session.scalar(select(func.min(TrackingEvent.created_at)).where(unordered))
    newest = session.scalar(select(func.max(TrackingEvent.position))) or 0
    unpublished = max(0, newest - (last_published or 0))
    if unpublished:
        oldest = session.scalar(
            select(TrackingEvent.created_at)
            .where(TrackingEvent.position > newest - unpublished)
            .order_by(TrackingEvent.position)
            .limit(1)
        )
    age = 0.0 if oldest is None else (now - oldest).total_seconds()
    relays = session.scalar(_LISTENING, {"relay": APPLICATION_NAME}) or 0
    return EventLag(waiting, unpublished, max(0.0, age), relays)
