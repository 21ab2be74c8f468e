"""Record an event inside the transaction it tells of."""

from collections.abc import Iterable

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.events.types import Event

CHANNEL = "muster_events"

_INSERT = text(
    """
    WITH written AS (
      INSERT INTO tracking_events (type, campaign_id, account_id, data)
      SELECT type, campaign_id, account_id, data
      FROM ROWS FROM (
        jsonb_to_recordset(CAST(:events AS jsonb))
          AS (type text, campaign_id uuid, account_id uuid, data jsonb)
      ) WITH ORDINALITY AS event (type, campaign_id, account_id, data, place)
      ORDER BY place
    )
    SELECT pg_notify(:channel, '')
    """
)


def record_event(session: Session, event: Event) -> None:
    """Write one event; it is told only if the transaction commits."""
    record_events(session, (event,))


def record_events(session: Session, events: Iterable[Event]) -> None:
    """Write events in their order, in one statement, and wake the relay at commit."""
    rows = [
        {
            "type": event.type,
            "campaign_id": str(event.campaign_id) if event.campaign_id else None,
            "account_id": str(event.account_id) if event.account_id else None,
            "data": event.data(),
        }
        for event in events
    ]
    if not rows:
        return
    written = {"events": orjson.dumps(rows).decode(), "channel": CHANNEL}
    session.execute(_INSERT, written)
