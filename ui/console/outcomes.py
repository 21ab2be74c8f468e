"""What came of something, said where it was pressed until the person leaves."""

from typing import Literal, NamedTuple

import streamlit as st

Kind = Literal["done", "partly", "not_done"]
_KEPT = "outcome_"


class Outcome(NamedTuple):
    """What came of something, as Markdown."""

    words: str
    kind: Kind


def keep_outcome(place: str, words: str, *, kind: Kind = "done") -> None:
    """Have `show_outcome` of this place say it, until something else is kept there."""
    st.session_state[_KEPT + place] = Outcome(words, kind)


def show_outcome(place: str) -> None:
    """Say what came of the last thing that was done here, if anything was."""
    found: Outcome | None = st.session_state.get(_KEPT + place)
    if found is None:
        return
    if found.kind == "done":
        st.success(found.words, icon=":material/check_circle:")
    elif found.kind == "partly":
        st.warning(found.words, icon=":material/warning:")
    else:
        st.error(found.words, icon=":material/error:")


def forget_outcome(place: str) -> None:
    """Say no more of what came of something here."""
    st.session_state.pop(_KEPT + place, None)


def forget_outcomes() -> None:
    """Say nothing of what was done on a screen that the person has left."""
    for key in [key for key in st.session_state if str(key).startswith(_KEPT)]:
        del st.session_state[key]
