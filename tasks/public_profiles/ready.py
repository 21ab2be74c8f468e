"""A public profile that is read, scored and packed: all that storing needs of it."""

from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from tasks.models import PublicProfile
from tasks.public_profiles.handles import handle_key_of
from tasks.public_profiles.schemas import PROFILE_FIELDS, AcquiredProfile, Score
from tasks.row_copy import RowForm

_OF_ALL = ("id", "campaign_id", "campaign_run_id", "criteria_version")
_STATED = (*(name for name in PROFILE_FIELDS if name != "topics"), "extra")
_FORM = RowForm(
    PublicProfile,
    (*_OF_ALL, "handle_key", "score", "score_parts", "confidence", "topics", *_STATED),
)
_as_stated = attrgetter(*_STATED)

copy_public_profiles = _FORM.copy
FORM_OF_ROWS = _FORM.statement.encode()
"""What packed rows are made for: only the same code may store them."""


class ReadyProfile(NamedTuple):
    """What is looked at of a public profile while it is stored, and its packed row."""

    platform: str
    handle_key: str
    handle: str
    score: int
    excluded: bool
    """Never queued, whatever the threshold."""

    packed: bytes
    """The row but for what only its campaign run knows; see `whole_row`."""

    @property
    def key(self) -> tuple[str, str]:
        """Who it is, within one campaign."""
        return self.platform, self.handle_key

    def reaches(self, threshold: int) -> bool:
        """Return whether it is to be queued for review."""
        return self.score >= threshold and not self.excluded


def make_ready(public_profile: AcquiredProfile, score: Score) -> ReadyProfile:
    """Pack a public profile with its score."""
    platform, handle = public_profile.platform, public_profile.handle
    key = handle_key_of(handle, platform=platform, url=public_profile.url)
    row = (
        *(key, score.score, score.parts, score.confidence, public_profile.topics),
        *_as_stated(public_profile),
    )
    packed = _FORM.pack(row, first=len(_OF_ALL))
    return ReadyProfile(platform, key, handle, score.score, score.excluded, packed)


def pack_campaign_run(
    *, campaign_id: UUID, campaign_run_id: UUID, criteria_version: int
) -> bytes:
    """Return what all rows of a campaign run have in common."""
    return _FORM.pack((campaign_id, campaign_run_id, criteria_version), first=1)


def whole_row(one: UUID, of_run: bytes, ready: ReadyProfile) -> bytes:
    """Return the row of a public profile: its id, its run, and what is known of it."""
    return b"".join((_FORM.pack((one,)), of_run, ready.packed))
