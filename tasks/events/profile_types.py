"""Events of a campaign's public profiles, which come by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from typing_extensions import override

from config.vocabulary import Decision, EventType
from tasks.events.types import Event


class ScoredProfile(NamedTuple):
    """What events say of a public profile that was acquired and scored."""

    profile_id: UUID
    profile: str
    """Its handle, with an `@` in front."""

    score: int
    kept: bool


@dataclass(frozen=True, slots=True)
class ProfilesAcquired(Event):
    """Public profiles were read for the first time in their campaign."""

    type = EventType.ACQUISITION

    each: Sequence[ScoredProfile]

    @override
    def alike(self) -> list[dict[str, Any]]:
        """Return who was acquired."""
        return [{"profileId": one[0], "profile": one[1]} for one in self.each]


@dataclass(frozen=True, slots=True)
class ProfilesScored(Event):
    """Public profiles were held against the criteria."""

    type = EventType.FILTERING

    each: Sequence[ScoredProfile]

    @override
    def alike(self) -> list[dict[str, Any]]:
        """Return who was scored, and how."""
        return [
            {"profileId": who, "profile": profile, "score": score, "kept": kept}
            for who, profile, score, kept in self.each
        ]


@dataclass(frozen=True, slots=True)
class ProfilesQueued(Event):
    """Public profiles wait for a reviewer."""

    type = EventType.REVIEW

    each: Sequence[ScoredProfile]
    decision: str = Decision.PENDING

    @override
    def alike(self) -> list[dict[str, Any]]:
        """Return who waits, and with which score."""
        return [
            {"profileId": who, "profile": profile, "score": score}
            for who, profile, score, _ in self.each
        ]
