"""Tracking events: the relay and the stream."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge

from config.sections.base import Section


class EventsSettings(Section):
    """Read from `MUSTER_EVENTS__*`."""

    stream: str = "muster:events"
    """Name of the Redis stream that carries ordered events."""

    stream_length: Annotated[int, Ge(100)] = 20_000
    """Events kept in the Redis stream; older ones are read from the table."""

    relay_batch: Annotated[int, Ge(1)] = 5_000
    """About so many events are ordered and passed on at a time."""

    heartbeat: timedelta = timedelta(seconds=15)
    """A comment is sent to a quiet client this often."""

    client_queue: Annotated[int, Ge(10)] = 1_000
    """Events that wait for a slow client before its connection ends and it returns."""

    connection_lifetime: timedelta = timedelta(minutes=10)
    """A live connection is ended after this time, and the client comes back."""

    ticket_lifetime: timedelta = timedelta(seconds=30)
    """A ticket for a WebSocket may be used once, and only for so long."""

    largest_socket_message: Annotated[int, Ge(256)] = 4_096
    """Largest message a client may send over a WebSocket, in bytes."""

    socket_messages_per_minute: Annotated[int, Ge(1)] = 120
    """Messages a client may send over one WebSocket in a minute, pings included."""
