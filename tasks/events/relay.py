"""Pass committed events on to Redis in one order, woken by Postgres NOTIFY."""

import logging
from threading import Event as Signal
from typing import Any, cast

import orjson
import psycopg
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from config.connections import engine, redis_client
from config.errors import ApplicationError
from config.settings import settings
from tasks.database import transaction
from tasks.events.outbox import CHANNEL
from tasks.models import TrackingEvent

log = logging.getLogger(__name__)

_ONE_RELAY = 0x4D75_7374
"""Key of the advisory lock under which positions are given; any constant will do."""

_ORDER = text(
    """
    WITH ready AS (
      SELECT number FROM tracking_events
      WHERE position IS NULL ORDER BY number LIMIT :batch
    ), placed AS (
      SELECT number, row_number() OVER (ORDER BY number)
        + (SELECT coalesce(max(position), 0) FROM tracking_events) AS position
      FROM ready
    )
    UPDATE tracking_events AS event SET position = placed.position
    FROM placed WHERE event.number = placed.number
    """
)


def order_events(session: Session, *, batch: int) -> int:
    """
    Give the next positions to at most `batch` committed events; return how many.

    The lock makes this one relay's work at a time, and positions become visible in
    their order: a reader never sees one before all smaller ones.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_RELAY})
    placed = session.execute(_ORDER, {"batch": batch})
    return int(placed.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def publish_events(session: Session, redis: Redis, *, batch: int) -> int:
    """
    Append ordered events that the stream does not have yet; return how many.

    An entry's id is its position, and Redis refuses an id that is not larger than the
    last: an event is never appended twice, even by two relays.
    """
    section = settings().events
    last = last_published(redis)
    if last is None:
        newest = session.scalar(select(func.max(TrackingEvent.position))) or 0
        last = max(0, newest - section.stream_length)
    columns = (
        TrackingEvent.position,
        TrackingEvent.type,
        TrackingEvent.created_at,
        TrackingEvent.data,
    )
    rows = session.execute(
        select(*columns)
        .where(TrackingEvent.position > last)
        .order_by(TrackingEvent.position)
        .limit(batch)
    ).all()
    pipeline = redis.pipeline(transaction=False)
    for row in rows:
        pipeline.xadd(
            section.stream,
            {"event": encode_event(row)},
            id=f"{row.position}-0",
            maxlen=section.stream_length,
            approximate=True,
        )
    for answer in pipeline.execute(raise_on_error=False):
        if isinstance(answer, ResponseError) and "equal or smaller" not in str(answer):
            raise answer
    return len(rows)


def last_published(redis: Redis) -> int | None:
    """Return the position of the stream's newest entry, or None for no stream."""
    newest = redis.xrevrange(settings().events.stream, count=1)
    if not newest:
        return None
    entry_id = cast("bytes", newest[0][0])  # this client decodes nothing
    return int(entry_id.split(b"-", 1)[0])


def encode_event(row: TrackingEvent | Row[Any]) -> bytes:
    """Return what a listener is sent: one JSON object, on one line."""
    told = {"id": row.position, "type": row.type, "at": row.created_at}
    return orjson.dumps(told | row.data)


def relay_events() -> int:
    """Order and publish what is committed by now; return how many were published."""
    batch = settings().events.relay_batch
    with transaction() as session:
        order_events(session, batch=batch)
    with transaction() as session:
        return publish_events(session, redis_client(), batch=batch)


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
    with psycopg.connect(dsn, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")  # type: ignore[call-overload,unused-ignore]  # a constant of ours
        while not stop.is_set():
            while relay_events():
                if stop.is_set():
                    return
            for _ in listening.notifies(timeout=1, stop_after=1):
                break
