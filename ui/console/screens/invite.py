"""Invite somebody: an address and roles in, a link to hand over out."""

import streamlit as st

from config.vocabulary import Permission, Role
from ui.console.api_client import people
from ui.console.attempts import attempt, show_refusal
from ui.console.handed_link import (
    KeptLink,
    forget_link,
    keep_link,
    show_kept_link,
)
from ui.console.panels import panel
from ui.console.role_choice import ask_roles, chosen_roles, require_roles
from ui.console.routes import PEOPLE
from ui.console.sign_in import require

PLACE = "invite"
ADVICE = "Send it to them by a way you trust; whoever opens it first makes the account."


def show_form() -> None:
    """Ask whom to invite, and as what."""
    with st.form("invite"):
        st.text_input(
            "Email",
            key="invite_email",
            placeholder="name@example.org",
            autocomplete="off",
        )
        st.markdown(":small[Roles]")
        ask_roles(PLACE, chosen=[Role.REVIEWER])
        st.form_submit_button(
            "Make the link",
            type="primary",
            icon=":material/link:",
            key="invite_send",
            on_click=invite,
        )


def invite() -> None:
    """Make the invitation, and keep its link for this screen."""
    email = st.session_state["invite_email"].strip()
    roles = chosen_roles(PLACE)

    def act() -> None:
        require_roles(roles)
        made = people().invite(email, roles)
        title = f"{made.email} is invited"
        keep_link(KeptLink(PLACE, title, made.path, made.expires_at))

    attempt(PLACE, "Nobody was invited", act)


st.page_link(PEOPLE, label="People", icon=":material/arrow_back:")
st.title("Invite somebody")
require(Permission.ACCOUNTS_WRITE)
with panel("invite", "The form"), st.container(width=720, key="invite_frame"):
    if show_kept_link(PLACE, advice=ADVICE):
        st.button(
            "Invite another",
            icon=":material/person_add:",
            key="another",
            on_click=forget_link,
        )
    else:
        show_refusal(PLACE)
        show_form()
