"""Account: who is signed in, where, and what happened; the password; the way out."""

from uuid import UUID

import streamlit as st

from tasks.accounts.schemas import LoginEntry
from ui.console.api_client import people
from ui.console.attempts import attempt, show_refusal
from ui.console.components.sign_out import show_sign_out
from ui.console.login_rows import show_activities, show_logins
from ui.console.panels import panel
from ui.console.sign_in import signed_in_person
from ui.console.words import counted, plain, role_in_words

ACTIVITIES = 15
PASSWORD_FIELDS = ("password_current", "password_new")


def show_person() -> None:
    """Show who is signed in, and the way out."""
    person = signed_in_person()
    with st.container(border=True, key="person"):
        name = person.display_name or person.email
        st.markdown(f":material/account_circle: **{plain(name)}**")
        st.markdown(f"Email: {plain(person.email)}")
        roles = ", ".join(role_in_words(role) for role in person.roles) or "none"
        st.markdown(f"Roles: {plain(roles)}")
        show_sign_out()


def show_password_form() -> None:
    """Offer to change the password."""
    show_refusal("password")
    with st.form("password"):
        st.text_input(
            "Current password",
            type="password",
            autocomplete="current-password",
            key="password_current",
        )
        st.text_input(
            "New password",
            type="password",
            autocomplete="new-password",
            key="password_new",
            help="At least 8 characters; a whole sentence is safer, and easier to keep "
            "in mind.",
        )
        st.form_submit_button(
            "Change password",
            icon=":material/password:",
            key="password_change",
            on_click=change_password,
        )
    told = st.session_state.pop("changed_notice", None)
    if told:
        st.markdown(told)


def change_password() -> None:
    """Change it, and say so; neither stays on the screen or in memory."""
    current, new = (st.session_state[field] for field in PASSWORD_FIELDS)
    for field in PASSWORD_FIELDS:
        st.session_state[field] = ""

    def act() -> None:
        people().change_password(current, new)
        st.session_state["changed_notice"] = (
            ":green[:material/check_circle:] Your password is changed."
        )

    attempt("password", "Your password did not change", act)


def show_own_logins() -> None:
    """Show where the person is signed in, and offer to end the others."""
    st.header("Where you are signed in")
    show_refusal("logins")
    logins = people().list_own_logins()
    others = [login for login in logins if not login.is_current]
    show_logins(logins, place="logins", end=end_login)
    if others:
        st.button(
            f"Sign out {counted(len(others), 'other')}",
            icon=":material/logout:",
            key="logins_end_others",
            on_click=end_others,
            args=(others,),
        )


def end_login(login_id: UUID) -> None:
    """End one other login."""
    attempt(
        "logins",
        "That login was not ended",
        lambda: people().end_own_login(login_id),
    )


def end_others(others: list[LoginEntry]) -> None:
    """End every login but this one; those that were ended before stay so."""
    waiting = [login.id for login in others]

    def act() -> None:
        while waiting:
            people().end_own_login(waiting[0])
            waiting.pop(0)

    attempt("logins", "Not every other login was ended", act)


def show_recent() -> None:
    """Show what happened to the account."""
    st.header("Recent activity")
    page = people().list_own_activity(limit=ACTIVITIES)
    if page.items:
        show_activities(page.items, key="activity")
    else:
        st.markdown(":gray[Nothing yet.]")


st.title("Account")
with st.container(width=720, key="account"):
    show_person()
    st.header("Password")
    show_password_form()
    with panel("logins", "Your logins"):
        show_own_logins()
    with panel("activity", "Your recent activity"):
        show_recent()
    st.markdown(
        ":gray[You stay signed in on this device while you use Muster. "
        "On a machine that others use too, sign out when you leave.]"
    )
