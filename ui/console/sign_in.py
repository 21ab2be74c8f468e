"""Who is signed in, for the screens; signing in itself is the API's page."""

import streamlit as st

from config.vocabulary import Permission
from ui.console.answers import Person
from ui.console.panels import show_empty


def remember_person(person: Person) -> None:
    """Keep who is signed in for this run of the script."""
    st.session_state["person"] = person


def signed_in_person() -> Person:
    """Return who is signed in."""
    person: Person = st.session_state["person"]
    return person


def last_known_person() -> Person | None:
    """Return who was signed in when that was last known, for the menu alone."""
    person: Person | None = st.session_state.get("person")
    return person


def may(permission: Permission) -> bool:
    """Whether the person may do something; the API asks the same again."""
    return permission in signed_in_person().permissions


def require(permission: Permission) -> None:
    """Go on with the screen only if the person may; else say whom to ask."""
    if may(permission):
        return
    show_empty(
        "forbidden",
        icon="lock",
        title="Your roles do not include this",
        advice=f"It needs the permission {permission}. Ask an administrator for it.",
    )
    st.stop()
