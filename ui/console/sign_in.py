"""Who is signed in, for the screens; signing in itself is the API's page."""

import streamlit as st

from ui.console.answers import Person


def remember_person(person: Person) -> None:
    """Keep who is signed in for this run of the script."""
    st.session_state["person"] = person


def signed_in_person() -> Person:
    """Return who is signed in."""
    person: Person = st.session_state["person"]
    return person
