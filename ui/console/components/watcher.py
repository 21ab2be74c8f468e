"""Runs a screen again when a campaign changes."""

from ui.console.components import load_component

_watcher = load_component("watcher")


def rerun_on_change() -> None:
    """Run this screen again soon after any campaign changed; nobody has to reload."""
    _watcher(key="watcher", data={}, height=1, on_changed_change=lambda: None)
