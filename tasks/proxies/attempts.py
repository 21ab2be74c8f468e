"""What requests through proxies came to: counted, kept, and acted on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.settings import settings
from config.vocabulary import HistoryStep
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.proxy_types import ProxyDisabled
from tasks.proxies.attempt_rows import add_attempts, forget_attempts
from tasks.proxies.health import Point, show_points, step_for
from tasks.proxies.health import merge_points as merge
from tasks.proxies.history_rows import (
    add_points,
    forget_history,
    read_points,
    roll_up,
)
from tasks.proxies.repository import (
    count_in,
    disable_failing,
    list_by_id,
    may_lose_another,
)
from tasks.proxies.schemas import Attempt, HistoryPoint
from tasks.proxies.tally import tally_attempts


def keep_attempts(attempts: Sequence[Attempt]) -> list[int]:
    """
    Keep attempts with why each took its proxy, and count them; return who is disabled.

    To be called with many at once: it is one transaction whatever their number. An
    attempt of a proxy that was removed meanwhile is passed over.
    """
    with transaction() as session:
        return count_attempts(session, attempts)


def count_attempts(session: Session, attempts: Sequence[Attempt]) -> list[int]:
    """Do as `keep_attempts` within the caller's transaction."""
    ids = {one.proxy_id for one in attempts}
    rows = {row.id: row for row in list_by_id(session, ids, lock=True)}
    known = [one for one in attempts if one.proxy_id in rows]
    points: dict[tuple[int, datetime], Point] = {}
    disabled = []
    for tally in tally_attempts(known):
        count_in(rows[tally.proxy_id], tally)
        for point in tally.points:
            points[tally.proxy_id, point.starts_at] = point
        if disable_if_failing(session, tally.proxy_id):
            disabled.append(tally.proxy_id)
    add_attempts(session, known)
    add_points(session, points)
    return disabled


def disable_if_failing(session: Session, proxy_id: int) -> bool:
    """
    Disable a proxy that failed too often in a row, with its reason and an event.

    Half of the pool stays in any case: what fails all proxies is hardly their fault.
    """
    threshold = settings().proxy_upkeep.error_threshold
    (row,) = list_by_id(session, [proxy_id])
    if not row.is_active or row.error_count < threshold:
        return False
    if not may_lose_another(session):
        return False
    reason = f"it failed {row.error_count} times in a row"
    disable_failing(session, proxy_id, reason=reason)
    record_event(session, ProxyDisabled(None, proxy_id, reason))
    return True


def read_history(
    session: Session, proxy_id: int, *, window: timedelta, now: datetime
) -> tuple[HistoryPoint, ...]:
    """Return what a proxy did lately, as fine as it is kept from end to end."""
    section = settings().proxy_upkeep
    step = step_for(
        window, minutes_kept=section.minutes_kept, hours_kept=section.hours_kept
    )
    points = read_points(session, proxy_id, since=now - window)
    return show_points(merge(points, step), step)


def tidy_history(*, now: datetime) -> None:
    """Make history coarser as it gets old, and forget what is too old to be kept."""
    section = settings().proxy_upkeep
    with transaction() as session:
        forget_attempts(session, before=now - section.attempts_kept)
        minutes, hours = now - section.minutes_kept, now - section.hours_kept
        roll_up(session, HistoryStep.MINUTE, into=HistoryStep.HOUR, before=minutes)
        roll_up(session, HistoryStep.HOUR, into=HistoryStep.DAY, before=hours)
        forget_history(session, before=now - section.days_kept)
