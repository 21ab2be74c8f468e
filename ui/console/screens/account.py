"""Account: who is signed in, and the way out."""

import streamlit as st

from ui.console.components.sign_out import show_sign_out
from ui.console.sign_in import signed_in_person
from ui.console.words import plain

st.title("Account")

person = signed_in_person()
with st.container(border=True, key="person", width=560):
    name = person.display_name or person.email
    st.markdown(f":material/account_circle: **{plain(name)}**")
    st.markdown(f"Email: {plain(person.email)}")
    roles = ", ".join(role.capitalize() for role in person.roles) or "none"
    st.markdown(f"Roles: {plain(roles)}")
    show_sign_out()
st.markdown(
    ":gray[You stay signed in on this device while you use Muster. "
    "On a machine that others use too, sign out when you leave.]"
)
