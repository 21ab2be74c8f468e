"""A word in passing, that no other run of the screen can swallow."""

from threading import Event
from typing import NamedTuple

import streamlit as st

_KEPT = "toasts"
_SECONDS_TO_SEND = 0.02
"""Streamlit sends every 10 ms; what is not sent when the next run begins is dropped."""


class Toast(NamedTuple):
    """What is told, as Markdown, and the sign beside it."""

    words: str
    icon: str


def tell(words: str, *, icon: str) -> None:
    """Tell something in passing, as soon as a whole run of a screen is over."""
    kept = _toasts()
    toast = Toast(words, icon)
    if toast not in kept:  # a run that was stopped here comes here again
        kept.append(toast)


def show_toasts() -> None:
    """Show what there is to tell, and wait until it is sent."""
    kept = _toasts()
    if not kept:
        return
    for toast in kept:
        st.toast(toast.words, icon=toast.icon)
    Event().wait(_SECONDS_TO_SEND)
    kept.clear()


def _toasts() -> list[Toast]:
    # One list for all, changed in place: each look at the state of a session may stop
    # the run.
    toasts: list[Toast] = st.session_state.setdefault(_KEPT, [])
    return toasts
