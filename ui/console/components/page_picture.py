"""What a browser shows now: a picture that is made anew while somebody looks."""

from uuid import UUID

from ui.console.components import load_component

_page_picture = load_component("page_picture")


def show_page_picture(browser_profile_id: UUID, *, name: str) -> None:
    """Show the page that a running browser has open; `name` is the profile's."""
    _page_picture(
        key=f"page_picture_{browser_profile_id}",
        data={"id": str(browser_profile_id), "name": name},
    )
