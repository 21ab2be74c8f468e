"""A one-time link on the screen: shown once, with what to do with it."""

from datetime import datetime
from typing import NamedTuple

import streamlit as st

from ui.console.components.one_time_link import show_one_time_link
from ui.console.words import date_in_words, plain

_KEPT = "handed_link"


class KeptLink(NamedTuple):
    """A link that was just made; it is kept only until another screen is shown."""

    place: str
    title: str
    """What it is for, as outside text."""

    path: str
    """Below this origin; the browser makes an address of it."""

    expires_at: datetime


def keep_link(link: KeptLink) -> None:
    """Keep a link for `show_kept_link`."""
    st.session_state[_KEPT] = link


def forget_link() -> None:
    """Forget the link that was made; it cannot be shown again."""
    st.session_state.pop(_KEPT, None)


def show_kept_link(place: str, *, advice: str) -> bool:
    """Show the link that was made at this place, and return whether there is one."""
    link: KeptLink | None = st.session_state.get(_KEPT)
    if link is None or link.place != place:
        return False
    with st.container(border=True, key="handed_link"):
        st.markdown(
            f":green[:material/check_circle:] **{plain(link.title)}.** {advice}"
        )
        show_one_time_link(link.path)
        st.markdown(
            f":gray[It works once, until {date_in_words(link.expires_at)}. It is shown "
            "only now: Muster keeps no copy.]"
        )
    return True
