"""The ordered past of tracking events, read from the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from tasks.database import transaction
from tasks.events.forms import Form, Told
from tasks.events.relay import encode_event, some_rows
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
        first = TrackingEvent.position - TrackingEvent.size + 1
        ordered = select(first).where(TrackingEvent.position.is_not(None))
        oldest = session.scalar(ordered.order_by(TrackingEvent.position).limit(1))
        newest = session.scalar(select(func.max(TrackingEvent.position)))
        return Bounds(oldest or 0, newest or 0)


def read_page(wanted: Wanted, form: Form, *, after: int) -> Page:
    """Return the next events after a position, as frames."""
    with transaction() as session:
        later = TrackingEvent.position > after
        rows = session.execute(some_rows(later, *_those(wanted), limit=PAGE)).all()
    told = [one for row in rows for one in _told(row).apart()]
    frames = [form.write(one) for one in told if one.position > after]
    last = told[-1].position if told else after
    return Page(last, frames, is_full=len(told) >= PAGE)


def list_recent(wanted: Wanted, *, limit: int) -> Recent:
    """Return the newest events; following from `last` neither misses nor repeats."""
    last = read_bounds().newest
    with transaction() as session:
        until = TrackingEvent.position <= last
        query = some_rows(until, *_those(wanted), limit=limit, newest=True)
        rows = session.execute(query).all()
    newest_first = chain.from_iterable(reversed([*_told(row).apart()]) for row in rows)
    items = [orjson.loads(one.event) for one in islice(newest_first, limit)]
    return Recent(items, last)


def count_events(campaign_id: UUID | None) -> int:
    """Return how many events there were, of one campaign or of all."""
    if campaign_id is None:
        return read_bounds().newest  # positions begin at 1 and leave none out
    with transaction() as session:
        counted = select(func.sum(TrackingEvent.size))
        mine = counted.where(TrackingEvent.campaign_id == campaign_id)
        return session.scalar(mine) or 0


def count_waiting_for_relay() -> int:
    """Return how many committed events have no place in the order yet, to 1,000."""
    with transaction() as session:
        waiting = select(TrackingEvent.size).where(TrackingEvent.position.is_(None))
        counted = select(func.sum(waiting.limit(1_000).subquery().c.size))
        return min(session.scalar(counted) or 0, 1_000)


def _told(row: Row[Any]) -> Told:
    return Told(
        position=row.position or 0,
        kind=row.type,
        campaign_id=row.campaign_id,
        account_id=row.account_id,
        event=encode_event(row),
        size=row.size,
        alike=row.alike or b"",
    )


def _those(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions that `Wanted.includes` checks."""
    conditions = [_in_rooms(wanted)]
    if wanted.types:
        conditions.append(TrackingEvent.type.in_(wanted.types))
    return conditions


def _in_rooms(wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that `Wanted.includes` checks of people and campaigns."""
    for_all: ColumnElement[bool] = TrackingEvent.account_id.is_(None)
    if wanted.campaign_ids is not None:
        for_all = and_(for_all, TrackingEvent.campaign_id.in_(wanted.campaign_ids))
    if wanted.account_id is None:
        return for_all
    return or_(for_all, TrackingEvent.account_id == wanted.account_id)
