"""What crosses a boundary when a person is to be forgotten."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from config.schema import Schema
from tasks.public_profiles.handles import LONGEST_HANDLE

_LINE = r"^[^\x00-\x1f\x7f]+$"


class ForgetRequest(Schema):
    """Whom to forget, and whether to say only what would go."""

    platform: Annotated[str, StringConstraints(max_length=64, pattern=_LINE)]
    handle: Annotated[str, StringConstraints(max_length=LONGEST_HANDLE, pattern=_LINE)]
    address: (
        Annotated[str, StringConstraints(max_length=2_000, pattern=_LINE)] | None
    ) = None
    """Of their public profile; names the server where a platform has many."""

    dry_run: bool = False


class Forgotten(Schema):
    """How much named somebody and is gone; of a dry run, how much would go."""

    dry_run: bool
    public_profiles: int
    review_items: int
    log_lines: int
    """Lines of the review log whose words were blanked; the lines stay."""

    events: int
    pages: int
    page_marks: int
    failure_pictures: int
    unreadable_items: int
    run_errors: int
    batches: int
    views: int
    kept_answers: int
    """Of a dry run 0, as with page marks: they are looked for only to be removed."""

    campaigns_naming: tuple[UUID, ...]
    """Campaigns that were set up with this name; they stay, and are to be edited."""

    uploaded_tables: tuple[UUID, ...]
    """Tables the person was read from; they stay as they were uploaded."""
