"""A button whose press no other run of the screen can swallow."""

from typing import Any

import streamlit as st

_KEPT = "presses"


def pressed(label: str, *, key: str, **looks: Any) -> bool:
    """
    Show a button, and return whether it was pressed since it was last asked.

    Streamlit tells a press to one run of the script only: on a screen that runs
    again by itself the next run often stops that one before it comes to the button,
    and nothing happens. A callback runs before the script does, so it notes the press
    for whichever run comes this far.

    Args:
        label: What the button says.
        key: Unique on its screen.
        looks: Whatever else `st.button` takes.
    """
    presses = _presses()
    st.button(label, key=key, on_click=presses.add, args=(key,), **looks)
    if key not in presses:
        return False
    presses.discard(key)
    return True


def forget_presses() -> None:
    """Forget presses of buttons that a whole run of the screen did not show."""
    _presses().clear()


def _presses() -> set[str]:
    # One set for all, changed in place: each look at the state of a session may stop
    # the run, and a callback with it.
    presses: set[str] = st.session_state.setdefault(_KEPT, set())
    return presses
