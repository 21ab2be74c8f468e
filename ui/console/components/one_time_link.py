"""A link that is shown once, to be copied and handed on."""

from ui.console.components import load_component

_one_time_link = load_component("one_time_link")


def show_one_time_link(path: str) -> None:
    """Show the whole address of a path of this origin, with a button that copies it."""
    _one_time_link(key="one_time_link", data={"path": path})
