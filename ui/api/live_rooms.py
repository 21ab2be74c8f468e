"""Which rooms a WebSocket is in, and what its client may ask of us."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import Field, ValidationError, model_validator

from config.errors import ForbiddenError, InvalidError, LimitedError
from config.schema import Schema
from tasks.events.forms import EVERYBODY, campaign_topic, person_topic
from tasks.events.stream import Wanted

MOST_CAMPAIGNS = 50
LARGEST_POSITION = 2**63 - 1
PLAIN_PING, PLAIN_PONG = "ping", "pong"
"""The bare words do as well, as in the documents' diagram."""


class ForeignRoomError(ForbiddenError):
    """A room of somebody else."""

    code = "foreign_room"

    def __init__(self) -> None:
        super().__init__("this room is another person's; you are in your own already")


class TooManyRoomsError(LimitedError):
    """More campaigns at once than one connection may follow."""

    code = "too_many_rooms"

    def __init__(self) -> None:
        super().__init__(
            f"one connection follows {MOST_CAMPAIGNS} campaigns at most; "
            "leave one, or follow all"
        )


class ClientMessage(Schema):
    """
    What a client may say: `ping`, `subscribe` or `unsubscribe`.

    What belongs to a subscription may stand in `data` or beside `type`. Without a
    campaign or topic it is for all that happens.
    """

    type: Literal["ping", "subscribe", "unsubscribe"]
    id: Annotated[str, Field(max_length=64)] | int | None = None
    """Comes back as `replyTo` with the answer."""

    topic: Annotated[str, Field(max_length=100)] | None = None
    campaign_id: UUID | None = None
    last_event_id: Annotated[int, Ge(0), Le(LARGEST_POSITION)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _spread_data(cls, said: Any) -> Any:
        if isinstance(said, dict) and isinstance(said.get("data"), dict):
            beside = {name: one for name, one in said.items() if name != "data"}
            return said["data"] | beside
        return said

    @model_validator(mode="after")
    def _names_one_room(self) -> Self:
        if self.topic is not None and self.campaign_id is not None:
            raise ValueError("name a topic or a campaignId, not both")
        return self

    @property
    def room(self) -> str:
        """The topic that is named in either way."""
        if self.campaign_id is not None:
            return campaign_topic(self.campaign_id)
        return self.topic if self.topic is not None else EVERYBODY


@dataclass(frozen=True, slots=True)
class Rooms:
    """
    The rooms of one connection: its own person's always, and all or some campaigns'.

    Naming a campaign narrows a connection that hears all; naming `all` widens it again.
    """

    account_id: UUID
    campaign_ids: frozenset[UUID] | None = None
    """None: all that happens."""

    @property
    def topics(self) -> list[str]:
        """The rooms by name, the person's first."""
        if self.campaign_ids is None:
            others = [EVERYBODY]
        else:
            others = sorted(map(campaign_topic, self.campaign_ids))
        return [person_topic(self.account_id), *others]

    def wanted(self, types: frozenset[str]) -> Wanted:
        """Return which events these rooms hear of."""
        return Wanted(self.campaign_ids, types, account_id=self.account_id)

    def join(self, room: str) -> Self:
        """
        Return the rooms with one more.

        Raises:
            ForeignRoomError: It is another person's.
            InvalidError: There is no such kind of room.
            TooManyRoomsError: There are too many already.
        """
        if room == EVERYBODY:
            return replace(self, campaign_ids=None)
        campaign_id = self._campaign_of(room)
        if campaign_id is None:
            return self
        joined = (self.campaign_ids or frozenset()) | {campaign_id}
        if len(joined) > MOST_CAMPAIGNS:
            raise TooManyRoomsError
        return replace(self, campaign_ids=joined)

    def leave(self, room: str) -> Self:
        """
        Return the rooms without one; a person's own stays, and hears what is for them.

        Raises:
            ForeignRoomError: It is another person's.
            InvalidError: There is no such kind of room.
        """
        if room == EVERYBODY:
            return replace(self, campaign_ids=frozenset())
        campaign_id = self._campaign_of(room)
        if campaign_id is None or self.campaign_ids is None:
            return self
        return replace(self, campaign_ids=self.campaign_ids - {campaign_id})

    def _campaign_of(self, room: str) -> UUID | None:
        """Return the campaign of a room; None for the person's own room."""
        kind, _, name = room.partition(":")
        try:
            named = UUID(name)
        except ValueError:
            kind = ""
        if kind == "campaign":
            return named
        if kind != "person":
            raise InvalidError(
                "a topic is all, campaign:<id> or person:<id>", field="topic"
            )
        if named != self.account_id:
            raise ForeignRoomError
        return None


def read_client_message(text: str) -> ClientMessage:
    """
    Return what a client said.

    Raises:
        InvalidError: It is no JSON, or nothing a client may say.
    """
    if text == PLAIN_PING:
        return ClientMessage(type="ping", id=None)
    try:
        return ClientMessage.model_validate_json(text)
    except ValidationError as unknown:
        first = unknown.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidError(
            f"please correct the message: {path or 'message'}: {message}",
            field=path or "message",
        ) from None


class MessageBudget:
    """How many messages a client may still send; refills by the minute, to its size."""

    def __init__(self, *, per_minute: int) -> None:
        self._most = float(per_minute)
        self._left, self._counted_at = self._most, 0.0

    def take(self, *, now: float) -> bool:
        """Return whether one more message, at `now` in seconds, fits the budget."""
        gained = (now - self._counted_at) * self._most / 60
        self._left = min(self._most, self._left + gained)
        self._counted_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
