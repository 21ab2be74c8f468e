"""Logins and what happened to them, one in a row."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from config.clock import now
from tasks.accounts.schemas import ActivityEntry, LoginEntry
from ui.console.device_words import activity_sign, device_in_words
from ui.console.words import moment_in_words, plain

SHOWN = 8


def show_logins(
    logins: Sequence[LoginEntry],
    *,
    place: str,
    end: Callable[[UUID], None] | None,
) -> None:
    """
    Show where somebody is signed in; each login but this one can be ended.

    Args:
        logins: This one first, then the latest used.
        place: Where on the screen, so that keys stay unique.
        end: Called with the id of the login to end; None: none can be ended here.
    """
    ordered = sorted(logins, key=lambda one: (one.is_current, one.last_used_at))[::-1]
    is_all = st.session_state.get(f"{place}_all", False)
    for login in ordered if is_all else ordered[:SHOWN]:
        with st.container(
            border=True,
            horizontal=True,
            vertical_alignment="center",
            key=f"{place}_{login.id}",
        ):
            st.markdown(_login_in_words(login), width="stretch")
            if login.is_current:
                st.markdown(":green-badge[:material/check_circle: This one]")
            elif end is not None:
                st.button(
                    "Sign out",
                    icon=":material/logout:",
                    key=f"{place}_end_{login.id}",
                    on_click=end,
                    args=(login.id,),
                )
    left = len(ordered) - SHOWN
    if left > 0 and not is_all:
        st.button(
            f"Show {left} more",
            key=f"{place}_more",
            on_click=st.session_state.__setitem__,
            args=(f"{place}_all", True),
        )


def show_activities(activities: Sequence[ActivityEntry], *, key: str) -> None:
    """Show what happened, newest first."""
    with st.container(border=True, key=key, gap="xsmall"):
        for activity in activities:
            sign = activity_sign(activity.kind)
            where = _where(activity.user_agent, activity.address)
            st.markdown(
                f":{sign.colour}[:material/{sign.icon}:] **{sign.word}** "
                f":gray[:small[{moment_in_words(activity.at, now=now())} · {where}]]"
            )


def _login_in_words(login: LoginEntry) -> str:
    device = plain(device_in_words(login.user_agent))
    used = moment_in_words(login.last_used_at, now=now())
    since = moment_in_words(login.created_at, now=now())
    return (
        f"**{device}** :gray[:small[{plain(login.address)}]]  \n"
        f":gray[:small[last used {used} · signed in {since}]]"
    )


def _where(user_agent: str, address: str) -> str:
    said = (device_in_words(user_agent), address)
    return plain(", ".join(one for one in said if one))
