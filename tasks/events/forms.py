"""How an event is written for each kind of client, once for all who listen."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol
from uuid import UUID

import orjson
from typing_extensions import override

EVERYBODY = "all"
"""Topic of an event that belongs to no campaign and to no person."""


class Told(NamedTuple):
    """One event, or many alike, as they come from the stream or from the table."""

    position: int
    """Of many, that of the last."""

    kind: str
    campaign_id: UUID | None
    account_id: UUID | None
    """The only person who is told; None: everybody who may follow."""

    event: bytes
    """One JSON object, on one line; of many, what they share."""

    size: int = 1
    alike: bytes | str = b""
    """Of many, the JSON list of what each adds."""

    @property
    def first(self) -> int:
        """The position of the first of them."""
        return self.position - self.size + 1

    def apart(self) -> Iterator["Told"]:
        """Yield each event by itself, in order."""
        if not self.alike:
            yield self
            return
        shared = orjson.loads(self.event)
        for place, added in enumerate(orjson.loads(self.alike), self.first):
            event = orjson.dumps(shared | {"id": place} | added)
            yield self._replace(position=place, event=event, size=1, alike=b"")

    @property
    def topic(self) -> str:
        """The room it is told in: a person's, else a campaign's, else everybody's."""
        if self.account_id is not None:
            return person_topic(self.account_id)
        if self.campaign_id is not None:
            return campaign_topic(self.campaign_id)
        return EVERYBODY


class Form(Protocol):
    """What a client of one kind is sent."""

    def write(self, told: Told) -> bytes:
        """Return one event as this kind of client reads it."""

    def beat(self, position: int | None) -> bytes:
        """Return a sign of life; with a position if unwanted events have passed."""


class ServerSentEvents(Form):
    """
    Blocks of `text/event-stream`.

    Source: HTML Living Standard, section 9.2 (server-sent events).
    """

    @override
    def write(self, told: Told) -> bytes:
        """Return an `update` whose id a browser sends back when it returns."""
        return b"id: %d\nevent: update\ndata: %s\n\n" % (told.position, told.event)

    @override
    def beat(self, position: int | None) -> bytes:
        """Return a comment, which no page hears of; an id is noted all the same."""
        return b":\n\n" if position is None else b":\nid: %d\n\n" % position


class SocketMessages(Form):
    """JSON messages `{type, id, topic, data}`; `data` is what an SSE client reads."""

    @override
    def write(self, told: Told) -> bytes:
        """Return an event under its own kind, as `{"type": "acquisition", ...}`."""
        return b'{"type":%s,"id":%d,"topic":%s,"data":%s}' % (
            orjson.dumps(told.kind),
            told.position,
            orjson.dumps(told.topic),
            told.event,
        )

    @override
    def beat(self, position: int | None) -> bytes:
        """Return a heartbeat; its id is as good to come back with as an event's."""
        if position is None:
            return b'{"type":"heartbeat"}'
        return b'{"type":"heartbeat","id":%d}' % position


SERVER_SENT_EVENTS = ServerSentEvents()
SOCKET_MESSAGES = SocketMessages()


def campaign_topic(campaign_id: object) -> str:
    """Return the topic of a campaign's events."""
    return f"campaign:{campaign_id}"


def person_topic(account_id: object) -> str:
    """Return the topic of what only one person is told."""
    return f"person:{account_id}"
