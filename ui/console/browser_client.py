"""The routes about browser profiles."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from ui.console.api_door import Door, ProblemError
from ui.console.browser_answers import (
    BrowserProfile,
    BrowserProfilePage,
    FolderAnswer,
    FolderList,
    StopAllAnswer,
    TemplateAnswer,
    TemplateList,
)

START_WITHIN_SECONDS = 210.0
"""More than the API gives a start, which may have to fetch the browser first."""

CREATE_WITHIN_SECONDS = 90.0
MOST_A_PAGE = 100
_KEY = "Idempotency-Key"


class Browsers(Door):
    """Browser profiles: look, make, start, stop, remove."""

    def list_browser_profiles(
        self,
        *,
        folder_id: UUID | None = None,
        state: str | None = None,
        search: str = "",
        limit: int = MOST_A_PAGE,
    ) -> BrowserProfilePage:
        """Return up to `limit` browser profiles by name, of as many pages as needed."""
        query = {"folderId": folder_id, "state": state, "search": search}
        found: list[BrowserProfile] = []
        after: str | None = None
        while True:
            portion = min(MOST_A_PAGE, limit - len(found))
            place = {"sort": "name", "limit": portion, "after": after}
            page = self.ask(
                "GET", "/browser-profiles", BrowserProfilePage, query=query | place
            )
            found += page.items
            after = page.next
            if after is None or len(found) >= limit:
                return page.model_copy(update={"items": tuple(found)})

    def get_browser_profile(self, browser_profile_id: UUID) -> BrowserProfile | None:
        """Return one browser profile; None if it is gone."""
        try:
            return self.ask("GET", _path(browser_profile_id), BrowserProfile)
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def list_folders(self) -> tuple[FolderAnswer, ...]:
        """Return all folders, by name."""
        return self.ask("GET", "/browser-profiles/folders", FolderList).items

    def create_folder(self, name: str, *, key: str) -> UUID:
        """Make a folder, once a key; return its id."""
        made = self.ask(
            "POST",
            "/browser-profiles/folders",
            FolderAnswer,
            json={"name": name},
            headers={_KEY: key},
            timeout=CREATE_WITHIN_SECONDS,
        )
        return made.id

    def list_templates(self) -> tuple[TemplateAnswer, ...]:
        """Return the templates of masking flags."""
        return self.ask("GET", "/browser-profiles/templates", TemplateList).items

    def create_browser_profile(
        self, request: Mapping[str, Any], *, key: str
    ) -> BrowserProfile:
        """Make a browser profile, once a key."""
        return self.ask(
            "POST",
            "/browser-profiles",
            BrowserProfile,
            json=request,
            headers={_KEY: key},
            timeout=CREATE_WITHIN_SECONDS,
        )

    def start_browser(self, browser_profile_id: UUID, *, key: str) -> None:
        """Start a browser, once a key; this takes seconds."""
        path = f"{_path(browser_profile_id)}/start"
        within = START_WITHIN_SECONDS
        self.tell("POST", path, json={}, headers={_KEY: key}, timeout=within)

    def stop_browser(self, browser_profile_id: UUID) -> None:
        """Stop a browser; one that does not run stays so."""
        path = f"{_path(browser_profile_id)}/stop"
        self.tell("POST", path, timeout=START_WITHIN_SECONDS)

    def stop_all_browsers(self) -> StopAllAnswer:
        """Stop all browsers of this machine that Muster has started."""
        path = "/browser-profiles/stop-all"
        return self.ask("POST", path, StopAllAnswer, timeout=START_WITHIN_SECONDS)

    def remove_browser_profile(self, browser_profile_id: UUID) -> None:
        """Remove a browser profile for good; one that is gone already stays so."""
        path = _path(browser_profile_id)
        try:
            self.tell("DELETE", path, timeout=CREATE_WITHIN_SECONDS)
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise


def _path(browser_profile_id: UUID) -> str:
    return f"/browser-profiles/{browser_profile_id}"
