"""Says how long the API asks to wait, and goes on by itself when that is over."""

from collections.abc import Callable

from ui.console.components import load_component

_countdown = load_component("countdown")


def show_countdown(
    key: str,
    *,
    seconds: float,
    turn: str,
    what: str,
    on_over: Callable[[], None] = lambda: None,
) -> None:
    """
    Count down in the browser; the script then runs again, after `on_over`.

    Args:
        key: Unique on its screen.
        seconds: How long to wait.
        turn: Another one starts the countdown anew; the same one lets it go on.
        what: What waits, as a sentence.
        on_over: Called before the script runs again.
    """
    _countdown(
        key=f"countdown_{key}",
        data={"seconds": seconds, "turn": turn, "what": what},
        on_over_change=on_over,
    )
