"""Pass committed events on to Redis in one order, woken by Postgres NOTIFY."""

import logging
from collections.abc import Sequence
from threading import Event as Signal
from typing import Any

import orjson
import psycopg
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from redis.typing import EncodableT, FieldT
from sqlalchemy import ColumnElement, Row, Text, cast, func, select, text
from sqlalchemy.orm import Session

from config.connections import engine, redis_client
from config.errors import ApplicationError
from config.settings import settings
from tasks.database import transaction
from tasks.events.outbox import CHANNEL
from tasks.models import TrackingEvent

log = logging.getLogger(__name__)

APPLICATION_NAME = "muster-relay"
"""What a listening relay calls itself in `pg_stat_activity`."""

_ONE_RELAY = 0x4D75_7374
"""Key of the advisory lock under which positions are given; any constant will do."""

_ORDER = text(
    """
    WITH ready AS (
      SELECT number, size, sum(size) OVER (ORDER BY number) AS reach
      FROM tracking_events WHERE position IS NULL ORDER BY number LIMIT :batch
    ), placed AS (
      SELECT number,
        reach + (SELECT coalesce(max(position), 0) FROM tracking_events) AS position
      FROM ready WHERE reach - size < :batch
    )
    UPDATE tracking_events AS event SET position = placed.position
    FROM placed WHERE event.number = placed.number
    RETURNING event.position, event.size, event.type, event.campaign_id,
      event.account_id, event.created_at, event.data, CAST(event.alike AS text) AS alike
    """
)


def order_events(session: Session, *, batch: int) -> list[Row[Any]]:
    """
    Give the next positions to about `batch` committed events; return these in order.

    A row of many events takes as many positions, and is not cut in two.
    The lock makes this one relay's work at a time, and positions become visible in
    their order: a reader never sees one before all smaller ones.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_RELAY})
    placed = session.execute(_ORDER, {"batch": batch}).all()
    return sorted(placed, key=lambda row: row.position)


def publish_events(redis: Redis, ordered: Sequence[Row[Any]], *, batch: int) -> int:
    """
    Append ordered events that the stream does not have yet; return how many.

    An entry's id is its last position, and Redis refuses an id not larger than the
    last: an event is never appended twice, even by two relays.

    Args:
        redis: Where the stream is.
        ordered: Events that were just ordered. If they are what the stream lacks next,
            the table need not be read again.
        batch: About so many.
    """
    last = last_published(redis)
    if not (ordered and last is not None and _first(ordered[0]) == last + 1):
        with transaction() as session:
            ordered = _unpublished(session, after=last, batch=batch)
    section = settings().events
    pipeline = redis.pipeline(transaction=False)
    for row in ordered:
        pipeline.xadd(
            section.stream,
            _entry(row),
            id=f"{row.position}-0",
            minid=max(0, row.position - section.stream_length),
            approximate=True,
        )
    for answer in pipeline.execute(raise_on_error=False):
        if isinstance(answer, ResponseError) and "equal or smaller" not in str(answer):
            raise answer
    return sum(row.size for row in ordered)


def _first(row: Row[Any]) -> int:
    return int(row.position - row.size + 1)


def _unpublished(
    session: Session, *, after: int | None, batch: int
) -> Sequence[Row[Any]]:
    """Return ordered events after a position; without one, what a new stream holds."""
    if after is None:
        newest = session.scalar(select(func.max(TrackingEvent.position))) or 0
        after = max(0, newest - settings().events.stream_length)
    query = some_rows(TrackingEvent.position > after, limit=batch)
    return session.execute(query).all()


def some_rows(*wanted: ColumnElement[bool], limit: int, newest: bool = False) -> Any:
    """Return the query for rows of about `limit` events, one row at least."""
    position = TrackingEvent.position
    order = position.desc() if newest else position.asc()
    before = func.sum(TrackingEvent.size).over(order_by=order) - TrackingEvent.size
    rows = (
        select(
            position,
            TrackingEvent.size,
            TrackingEvent.type,
            TrackingEvent.campaign_id,
            TrackingEvent.account_id,
            TrackingEvent.created_at,
            TrackingEvent.data,
            cast(TrackingEvent.alike, Text).label("alike"),
            before.label("before"),
        )
        .where(*wanted)
        .order_by(order)
        .limit(limit)
        .subquery()
    )
    place = rows.c.position.desc() if newest else rows.c.position
    return select(rows).where(rows.c.before < limit).order_by(place)


def _entry(row: Row[Any]) -> dict[FieldT, EncodableT]:
    entry: dict[FieldT, EncodableT] = {"event": encode_event(row)}
    if row.account_id is not None:
        entry["account"] = str(row.account_id)
    if row.alike is not None:
        entry |= {"size": row.size, "alike": row.alike}
    return entry


def last_published(redis: Redis) -> int | None:
    """Return the position of the stream's newest entry, or None for no stream."""
    newest = redis.xrevrange(settings().events.stream, count=1)
    if not newest:
        return None
    entry_id: Any = newest[0][0]  # bytes: this client decodes nothing
    return int(entry_id.split(b"-", 1)[0])


def encode_event(row: Row[Any]) -> bytes:
    """
    Return what a listener is sent: one JSON object, on one line.

    Of many events it is what they share, with the position of the last.
    """
    told = {"id": row.position, "type": row.type, "at": row.created_at}
    return orjson.dumps(told | row.data)


def relay_events() -> int:
    """Order and publish what is committed by now; return how many were published."""
    batch = settings().events.relay_batch
    with transaction() as session:
        ordered = order_events(session, batch=batch)
    return publish_events(redis_client(), ordered, batch=batch)


def relay_forever(stop: Signal) -> None:
    """
    Relay until `stop` is set: at once on NOTIFY, and every second as a safety net.

    A lost database or Redis is waited for; nothing is lost, since events stay in the
    table until their position and the stream say otherwise.
    """
    while not stop.is_set():
        try:
            _follow(stop)
        except (psycopg.Error, RedisError, ApplicationError) as lost:
            log.warning("relay waits for its servers: %s", lost)
            stop.wait(1)


def _follow(stop: Signal) -> None:
    dsn = (
        engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    with psycopg.connect(
        dsn, autocommit=True, application_name=APPLICATION_NAME
    ) as listening:
        listening.execute(f"LISTEN {CHANNEL}")  # type: ignore[call-overload,unused-ignore]  # a constant of ours
        while not stop.is_set():
            while relay_events() >= settings().events.relay_batch:
                if stop.is_set():
                    return
            _wait_for_notice(listening)


def _wait_for_notice(listening: psycopg.Connection) -> None:
    """Wait up to a second for a NOTIFY; take all there are, since one look will do."""
    for _ in listening.notifies(timeout=1, stop_after=1):
        continue
    for _ in listening.notifies(timeout=0):
        continue
