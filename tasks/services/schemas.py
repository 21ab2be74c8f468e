"""What crosses a boundary about services."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from annotated_types import Ge

from config.schema import Schema
from config.vocabulary import ServiceState


class Finding(NamedTuple):
    """What one look at a service has shown, in a word and a sentence."""

    state: ServiceState
    message: str


class ServiceHealth(Schema):
    """How one service does."""

    status: ServiceState
    latency_ms: Annotated[float, Ge(0)]
    """How long its answer took, or was waited for."""

    message: str
    """A sentence for a person: what was found, and what to do about it."""


class EventLag(NamedTuple):
    """How far the relay is behind what is committed."""

    waiting: int
    """Events without a place in the order."""

    unpublished: int
    """Events with a place in the order that the stream does not have."""

    oldest_seconds: float
    """Age of the oldest event that nobody was told of; 0 if there is none."""

    relays: int
    """Relays that listen now."""


class Backlog(NamedTuple):
    """What waits for a worker, a person or an end, by our own records."""

    campaign_runs: Mapping[str, int]
    """State -> campaign runs in it, for the states in which something is to come."""

    browser_profiles: Mapping[str, int]
    """State -> browser profiles in it, for every state."""

    reviews_pending: int
    logins_active: int
