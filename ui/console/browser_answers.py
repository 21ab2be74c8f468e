"""What the API answers about browser profiles."""

from collections.abc import Mapping

from pydantic import ConfigDict

from tasks.browser_profiles.schemas import (
    BrowserProfileAnswer,
    FolderAnswer,
    StopAllAnswer,
    TemplateAnswer,
)
from tasks.leak_tests.schemas import LastLeakTest
from ui.console.answers import Answer

__all__ = ["FolderAnswer", "StopAllAnswer", "TemplateAnswer"]


class BrowserProfile(BrowserProfileAnswer):
    """A browser profile; what this console does not know of it is left out."""

    model_config = ConfigDict(extra="ignore")

    last_leak_test: LastLeakTest | None = None
    """None: not tested yet, if the API tells of leak tests at all."""

    @property
    def tells_of_leak_tests(self) -> bool:
        """Whether the API said anything about leak tests."""
        return "last_leak_test" in self.model_fields_set


class BrowserProfilePage(Answer):
    """Some browser profiles; `counts` are those of all pages, by state."""

    items: tuple[BrowserProfile, ...]
    next: str | None = None
    counts: Mapping[str, int]


class FolderList(Answer):
    """All folders, by name."""

    items: tuple[FolderAnswer, ...]


class TemplateList(Answer):
    """All templates of masking flags."""

    items: tuple[TemplateAnswer, ...]
