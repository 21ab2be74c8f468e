"""The routes about filters that people of the review keep under a name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from config.schema import Schema
from tasks.reviews.filters import ReviewFilter
from ui.console.api_door import Door


class SavedView(Schema):
    """A filter and an order under a name, of one person or of all."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    name: str
    filter: ReviewFilter
    sort: str
    is_shared: bool
    is_mine: bool = True
    version: int


class SavedViews(Schema):
    """One's own views and those that others share."""

    model_config = ConfigDict(extra="ignore")

    items: tuple[SavedView, ...]


class ReviewViews(Door):
    """One's own views, and those that others share."""

    def list_views(self) -> tuple[SavedView, ...]:
        """Return all views that the person may use."""
        return self.ask("GET", "/profiles/views", SavedViews).items

    def keep_view(
        self, name: str, wanted: Mapping[str, Any], sort: str, *, is_shared: bool
    ) -> SavedView:
        """Keep a filter and an order under a name."""
        body = {
            "name": name,
            "filter": dict(wanted),
            "sort": sort,
            "isShared": is_shared,
        }
        return self.ask("POST", "/profiles/views", SavedView, json=body)

    def change_view(self, view: SavedView, changes: Mapping[str, Any]) -> None:
        """
        Change a view that the person saw.

        Raises:
            StaleError: It has another version by now.
        """
        self.tell(
            "PATCH",
            f"/profiles/views/{view.id}",
            json=dict(changes),
            headers={"If-Match": f'"{view.version}"'},
        )

    def forget_view(self, view: SavedView) -> None:
        """Forget a view that the person saw."""
        self.tell(
            "DELETE",
            f"/profiles/views/{view.id}",
            headers={"If-Match": f'"{view.version}"'},
        )
