"""What a panel shows when it has nothing to show, or could not get it."""

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.console.api_door import (
    ProblemError,
    SignedOutError,
    StaleError,
    TooOftenError,
)
from ui.console.components.countdown import show_countdown
from ui.console.components.keeper import leave_for_sign_in
from ui.console.words import plain


@contextmanager
def panel(key: str, what: str) -> Generator[None]:
    """
    Show what is inside, or what went wrong with it and a way to try again.

    If the API was asked too often, the screen waits and runs again by itself.

    Args:
        key: Unique on its screen.
        what: What the panel shows, as in `The campaigns could not be read`.
    """
    try:
        yield
    except SignedOutError:
        leave_for_sign_in()
        st.info("Your login has ended. Sign in again to go on.", icon=":material/lock:")
        st.stop()
    except TooOftenError as limited:
        show_countdown(
            key,
            seconds=limited.retry_after,
            turn=str(monotonic()),
            what=f"{what} will be shown then, by itself.",
        )
    except ProblemError as problem:
        show_problem(f"{what} could not be read", problem)
        st.button("Try again", key=f"retry_{key}", icon=":material/refresh:")


def show_problem(title: str, problem: ProblemError) -> None:
    """Say what failed and what to do about it."""
    said = _sentence(problem.message)
    if isinstance(problem, StaleError):
        said += " What you see here now is the newest."
    st.error(f"**{plain(title)}.** {plain(said)}", icon=":material/error:")


def _sentence(message: str) -> str:
    """Return a message of the API, which begins small and ends without a full stop."""
    end = "" if message.endswith((".", "!", "?")) else "."
    return message[:1].upper() + message[1:] + end


def show_empty(key: str, *, icon: str, title: str, advice: str) -> DeltaGenerator:
    """Say why there is nothing here, and what to do; return where a button goes."""
    frame = st.container(
        key=f"empty_{key}", border=True, horizontal_alignment="center", gap="small"
    )
    with frame:
        st.markdown(f":gray[:material/{icon}:]", text_alignment="center")
        st.markdown(f"**{title}**", text_alignment="center")
        st.markdown(f":gray[{advice}]", text_alignment="center", width=560)
    return frame
