"""What was gathered of a JSON interface since the last time it was stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from config.vocabulary import Fate
from tasks.public_profiles.schemas import AcquiredProfile, Unreadable


@dataclass(slots=True)
class GatheredRecords:
    """Public profiles and troubles of one portion, and names for a second look."""

    profiles: list[AcquiredProfile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    unclear: list[Unreadable] = field(default_factory=list)
    settled_urls: list[str] = field(default_factory=list)
    failed_urls: dict[str, Fate] = field(default_factory=dict)
    """Addresses of details that brought nothing at all."""

    listed: list[str] = field(default_factory=list)
    """Names of records whose details are to be asked for."""

    @property
    def items(self) -> int:
        """How many records were read, well or not."""
        return len(self.profiles) + len(self.unreadable)

    @property
    def taken(self) -> int:
        """How many records were taken from the listing."""
        return self.items + len(self.listed)

    @property
    def is_anything(self) -> bool:
        """Whether there is anything worth storing."""
        return bool(self.taken or self.settled_urls or self.unclear)

    def note(self, reference: str, reason: str, fate: Fate = Fate.NO_PROFILE) -> None:
        """Note a record that could not be read, why, and what that counts as."""
        told = Unreadable(reference=reference, reason=reason, fate=fate)
        self.unreadable.append(told)

    def note_unanswered(self, values: Iterable[str]) -> None:
        """Note values about which the service said nothing, though it answered."""
        for value in values:
            self.note(value, "the service did not answer for it", Fate.GONE)

    def note_failed_url(
        self, url: str, values: Sequence[str], reason: str, fate: Fate
    ) -> None:
        """Note that details were not had, and so every value that they were about."""
        self.failed_urls[url] = fate
        for value in values or (url,):
            self.note(value, reason, fate)

    def take(
        self, read: tuple[AcquiredProfile | str, list[str]], *, reference: str
    ) -> None:
        """Take a record as `read_record` returned it."""
        built, unclear = read
        if isinstance(built, str):
            self.note(reference, "; ".join([built, *unclear]))
            return
        self.profiles.append(built)
        for reason in unclear:
            self.unclear.append(Unreadable(reference=reference, reason=reason))
