"""How long a browser runs, counting in the browser of whoever looks."""

from ui.console.components import load_component

_uptime = load_component("uptime")


def show_uptime(key: str, *, seconds: float) -> None:
    """Show how long something runs; `key` is unique on its screen."""
    _uptime(key=f"uptime_{key}", data={"key": key, "seconds": seconds})
