"""What cannot be undone is asked about first, where it was pressed."""

from collections.abc import Callable

import streamlit as st

_ASKED = "question_"


def ask_first(name: str) -> None:
    """Have `show_question` of this name ask, from the next run on."""
    st.session_state[_ASKED + name] = True


def is_asked(name: str) -> bool:
    """Whether this question stands on the screen."""
    return bool(st.session_state.get(_ASKED + name))


def forget_questions() -> None:
    """Ask nothing that was pressed on a screen the person has left."""
    for key in [key for key in st.session_state if str(key).startswith(_ASKED)]:
        del st.session_state[key]


def show_question(
    name: str, words: str, *, label: str, icon: str, act: Callable[[], None]
) -> None:
    """
    Ask, if somebody pressed what asks first; `act` is done on a yes.

    Args:
        name: Unique on the screen.
        words: The question, as Markdown: what happens, and what does not.
        label: What the button says that does it.
        icon: On that button.
        act: What to do, before the screen runs again.
    """
    if not is_asked(name):
        return
    with st.container(border=True, key=f"asks_{name}"):
        st.markdown(words)
        with st.container(horizontal=True):
            st.button(
                label,
                type="primary",
                icon=f":material/{icon}:",
                key=f"yes_{name}",
                on_click=_answer,
                args=(name, act),
            )
            st.button("Cancel", key=f"no_{name}", on_click=_answer, args=(name, None))


def _answer(name: str, act: Callable[[], None] | None) -> None:
    st.session_state.pop(_ASKED + name, None)
    if act is not None:
        act()
