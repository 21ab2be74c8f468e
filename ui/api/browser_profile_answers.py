"""Lists about browser profiles, as the API answers them."""

from config.schema import Schema
from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import (
    BrowserProfileAnswer,
    FolderAnswer,
    TemplateAnswer,
)


class BrowserProfileList(Schema):
    """Browser profiles; `next` goes into `after`, `null` at the end."""

    items: tuple[BrowserProfileAnswer, ...]
    next: str | None
    counts: dict[BrowserState, int]
    """State -> browser profiles in it, over all pages and states."""


class FolderList(Schema):
    """All folders, by name."""

    items: tuple[FolderAnswer, ...]


class TemplateList(Schema):
    """All templates of masking flags."""

    items: tuple[TemplateAnswer, ...]
