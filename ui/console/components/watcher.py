"""Runs a screen again when something it shows changes."""

from config.vocabulary import EventType
from ui.console.components import load_component

_watcher = load_component("watcher")


def rerun_on_change(kind: EventType = EventType.CAMPAIGN) -> None:
    """Run this screen again soon after such an event; nobody has to reload."""
    _watcher(
        key=f"watcher_{kind}",
        data={"types": str(kind)},
        height=1,
        on_changed_change=lambda: None,
    )
