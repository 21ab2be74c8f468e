"""Record an event inside the transaction it tells of."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.events.types import Event

CHANNEL = "muster_events"

MOST_ALIKE = 200
"""Events in one row: few enough that no listener's queue overflows at once."""

_INSERT = text(
    """
    WITH written AS (
      INSERT INTO tracking_events (type, campaign_id, account_id, data, size, alike)
      VALUES (:type, :campaign_id, :account_id, CAST(:data AS jsonb), :size,
        CAST(:alike AS json))
    )
    SELECT pg_notify(:channel, '')
    """
)


def record_event(session: Session, event: Event) -> None:
    """Write one event; it is told only if the transaction commits."""
    record_events(session, (event,))


def record_events(session: Session, events: Iterable[Event]) -> None:
    """Write events in their order, and wake the relay at commit."""
    rows = [row for event in events for row in _rows(event)]
    if not rows:
        return
    session.execute(_INSERT, rows)  # sent together, answered together


def _rows(event: Event) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = {
        "type": event.type,
        "campaign_id": event.campaign_id,
        "account_id": event.account_id,
        "data": orjson.dumps(event.data()).decode(),
        "size": 1,
        "alike": None,
        "channel": CHANNEL,
    }
    alike = event.alike()
    if not alike:
        yield row
    for begin in range(0, len(alike), MOST_ALIKE):
        some = alike[begin : begin + MOST_ALIKE]
        yield row | {"alike": orjson.dumps(some).decode(), "size": len(some)}
