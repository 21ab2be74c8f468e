"""Something a person wanted done: tried once, or once more when the API has time."""

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import NamedTuple

import streamlit as st

from ui.console.api_door import ProblemError, TooOftenError
from ui.console.components.countdown import show_countdown
from ui.console.panels import show_problem

_KEPT = "refusal_"


class Refusal(NamedTuple):
    """What was not done, why, and what to do when the waiting is over."""

    title: str
    problem: ProblemError
    refused_at: float
    """By the clock that only goes forward, in seconds."""

    again: Callable[[], None]


def attempt(
    place: str,
    title: str,
    act: Callable[[], object],
    *,
    again: Callable[[], None] | None = None,
) -> None:
    """
    Do something by way of the API; a refusal is kept for `show_refusal`.

    Args:
        place: Which `show_refusal` shall tell of it.
        title: What did not happen, if it does not: `The roles did not change`.
        act: What to do; safe to call again after a refusal.
        again: What to do instead when the waiting is over.
    """
    try:
        act()
    except ProblemError as problem:
        retry = again or partial(attempt, place, title, act)
        st.session_state[_key(place)] = Refusal(title, problem, monotonic(), retry)
    else:
        forget_refusal(place)


def show_refusal(place: str, *, stays: bool = False, unless: str | None = None) -> None:
    """
    Say why the last attempt did nothing; if it only has to wait, let it wait.

    Args:
        place: Of the attempt.
        stays: Say it until something else is attempted here, not only once: for a
            screen that runs again by itself.
        unless: The error that the screen tells of anyhow.
    """
    refusal: Refusal | None = st.session_state.get(_key(place))
    if refusal is None:
        return
    if refusal.problem.error == unless:
        forget_refusal(place)
        return
    if not isinstance(refusal.problem, TooOftenError):
        if not stays:
            forget_refusal(place)
        show_problem(refusal.title, refusal.problem)
        return
    waited = monotonic() - refusal.refused_at
    show_countdown(
        f"attempt_{place}",
        seconds=max(0.0, refusal.problem.retry_after - waited),
        turn=str(refusal.refused_at),
        what="What you asked for waits, and is done then by itself.",
        on_over=refusal.again,
    )


def forget_refusal(place: str) -> None:
    """Say no more of what was refused at a place."""
    st.session_state.pop(_key(place), None)


def forget_refusals() -> None:
    """Let nothing happen by itself on a screen that the person has left."""
    for key in [key for key in st.session_state if str(key).startswith(_KEPT)]:
        del st.session_state[key]


def _key(place: str) -> str:
    return f"{_KEPT}{place}"
