"""Lists about browser profiles, as the API answers them."""

from collections.abc import Sequence

from config.schema import Schema
from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import (
    BrowserProfileAnswer,
    FolderAnswer,
    TemplateAnswer,
)
from tasks.database import transaction
from tasks.leak_tests.repository import find_last_tests
from tasks.leak_tests.schemas import LastLeakTest


class TestedBrowserProfile(BrowserProfileAnswer):
    """A browser profile with its latest leak test."""

    last_leak_test: LastLeakTest | None
    """The latest that was carried out; null if there is none."""


class BrowserProfileList(Schema):
    """Browser profiles; `next` goes into `after`, `null` at the end."""

    items: tuple[TestedBrowserProfile, ...]
    next: str | None
    counts: dict[BrowserState, int]
    """State -> browser profiles in it, over all pages and states."""


class FolderList(Schema):
    """All folders, by name."""

    items: tuple[FolderAnswer, ...]


class TemplateList(Schema):
    """All templates of masking flags."""

    items: tuple[TemplateAnswer, ...]


def with_leak_tests(
    found: Sequence[BrowserProfileAnswer],
) -> tuple[TestedBrowserProfile, ...]:
    """Return browser profiles, each with its latest leak test."""
    with transaction() as session:
        tests = find_last_tests(session, [one.id for one in found])
    return tuple(
        TestedBrowserProfile(**dict(one), last_leak_test=tests.get(one.id))
        for one in found
    )
