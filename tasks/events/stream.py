"""The ordered past of tracking events, read from the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from tasks.database import transaction
from tasks.events.forms import Form, Told
from tasks.events.relay import encode_event
from tasks.models import TrackingEvent

PAGE = 500
"""Events of one page: a few hundred kB, and a query of a few ms."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which events a listener wants, and may have.

    An event for one person goes to that person whatever campaigns they follow, and to
    nobody else.
    """

    campaign_ids: frozenset[UUID] | None = None
    """Only events of these campaigns; None: of all, and of none."""

    types: frozenset[str] = frozenset()
    """Only these kinds; all if there are none here."""

    account_id: UUID | None = None
    """Who listens."""

    def includes(self, told: Told) -> bool:
        """Return whether an event is among those wanted."""
        if self.types and told.kind not in self.types:
            return False
        if told.account_id is not None:
            return told.account_id == self.account_id
        return self.campaign_ids is None or told.campaign_id in self.campaign_ids


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
    frames: list[bytes]
    is_full: bool


class Recent(NamedTuple):
    """The newest events, newest first, and the position to follow them from."""

    items: Sequence[dict[str, Any]]
    last: int


def read_bounds() -> Bounds:
    """Return where the log begins and ends now."""
    with transaction() as session:
        oldest, newest = session.execute(
            select(func.min(TrackingEvent.position), func.max(TrackingEvent.position))
        ).one()
        return Bounds(oldest or 0, newest or 0)


def read_page(wanted: Wanted, form: Form, *, after: int) -> Page:
    """Return the next events after a position, as frames."""
    with transaction() as session:
        query = _those(wanted).where(TrackingEvent.position > after)
        rows = session.execute(query.order_by(TrackingEvent.position).limit(PAGE)).all()
    told = [_told(row) for row in rows]
    last = told[-1].position if told else after
    return Page(last, [form.write(one) for one in told], is_full=len(rows) == PAGE)


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


def _told(row: Row[Any]) -> Told:
    return Told(
        position=row.position or 0,
        kind=row.type,
        campaign_id=row.campaign_id,
        account_id=row.account_id,
        event=encode_event(row),
    )


def _those(
    wanted: Wanted,
) -> Select[int | None, str, UUID | None, UUID | None, datetime, dict[str, Any]]:
    query = select(
        TrackingEvent.position,
        TrackingEvent.type,
        TrackingEvent.campaign_id,
        TrackingEvent.account_id,
        TrackingEvent.created_at,
        TrackingEvent.data,
    ).where(_in_rooms(wanted))
    if wanted.types:
        query = query.where(TrackingEvent.type.in_(wanted.types))
    return query


def _in_rooms(wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that `Wanted.includes` checks of people and campaigns."""
    for_all: ColumnElement[bool] = TrackingEvent.account_id.is_(None)
    if wanted.campaign_ids is not None:
        for_all = and_(for_all, TrackingEvent.campaign_id.in_(wanted.campaign_ids))
    if wanted.account_id is None:
        return for_all
    return or_(for_all, TrackingEvent.account_id == wanted.account_id)
