"""The ordered past of tracking events, read from the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Select, func, select

from tasks.database import transaction
from tasks.events.relay import encode_event
from tasks.models import TrackingEvent

PAGE = 500
"""Events of one page: a few hundred kB, and a query of a few ms."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a listener wants; what is left out is not asked about."""

    campaign_id: UUID | None = None
    types: frozenset[str] = frozenset()

    def includes(self, event_type: str, campaign_id: str | None) -> bool:
        """Return whether an event is among those wanted."""
        return (not self.types or event_type in self.types) and (
            self.campaign_id is None or str(self.campaign_id) == campaign_id
        )


class Bounds(NamedTuple):
    """First and last position of the log; both 0 for an empty one."""

    oldest: int
    newest: int

    def can_follow(self, position: int) -> bool:
        """Return whether every event after `position` is still there."""
        return max(self.oldest - 1, 0) <= position <= self.newest


class Page(NamedTuple):
    """Events in their order, as frames, and whether there may be more."""

    last: int
    frames: bytes
    is_full: bool


class Recent(NamedTuple):
    """The newest events, newest first, and the position to follow them from."""

    items: Sequence[dict[str, Any]]
    last: int


def write_frame(position: int, event: bytes) -> bytes:
    """
    Return an event as a server-sent event, serialised once for all listeners.

    Source: HTML Living Standard, section 9.2 (server-sent events).
    """
    return b"id: %d\nevent: update\ndata: %s\n\n" % (position, event)


def read_bounds() -> Bounds:
    """Return where the log begins and ends now."""
    with transaction() as session:
        oldest, newest = session.execute(
            select(func.min(TrackingEvent.position), func.max(TrackingEvent.position))
        ).one()
        return Bounds(oldest or 0, newest or 0)


def read_page(wanted: Wanted, *, after: int) -> Page:
    """Return the next events after a position, as frames."""
    with transaction() as session:
        query = _those(wanted).where(TrackingEvent.position > after)
        rows = session.execute(query.order_by(TrackingEvent.position).limit(PAGE)).all()
    frames = [write_frame(row[0] or 0, encode_event(row)) for row in rows]
    last = rows[-1][0] if rows else None
    return Page(last or after, b"".join(frames), is_full=len(rows) == PAGE)


def list_recent(wanted: Wanted, *, limit: int) -> Recent:
    """Return the newest events; following from `last` neither misses nor repeats."""
    last = read_bounds().newest
    with transaction() as session:
        query = _those(wanted).where(TrackingEvent.position <= last)
        newest_first = query.order_by(TrackingEvent.position.desc()).limit(limit)
        rows = session.execute(newest_first).all()
    return Recent([orjson.loads(encode_event(row)) for row in rows], last)


def count_events(campaign_id: UUID | None) -> int:
    """Return how many events there were, of one campaign or of all."""
    if campaign_id is None:
        return read_bounds().newest  # positions begin at 1 and leave none out
    with transaction() as session:
        counted = select(func.count()).select_from(TrackingEvent)
        mine = counted.where(TrackingEvent.campaign_id == campaign_id)
        return session.scalar(mine) or 0


def count_waiting_for_relay() -> int:
    """Return how many committed events have no place in the order yet, to 1,000."""
    with transaction() as session:
        waiting = select(TrackingEvent.number).where(TrackingEvent.position.is_(None))
        counted = select(func.count()).select_from(waiting.limit(1_000).subquery())
        return session.scalar(counted) or 0


def _those(wanted: Wanted) -> Select[int | None, str, datetime, dict[str, Any]]:
    query = select(
        TrackingEvent.position,
        TrackingEvent.type,
        TrackingEvent.created_at,
        TrackingEvent.data,
    )
    if wanted.campaign_id is not None:
        query = query.where(TrackingEvent.campaign_id == wanted.campaign_id)
    if wanted.types:
        query = query.where(TrackingEvent.type.in_(wanted.types))
    return query
