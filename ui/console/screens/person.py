"""One person who may sign in: roles, standing, a new password, where they are."""

from typing import Any
from uuid import UUID

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from tasks.accounts.schemas import AccountEntry
from ui.console.api_client import people
from ui.console.attempts import attempt, show_refusal
from ui.console.handed_link import KeptLink, keep_link, show_kept_link
from ui.console.login_rows import show_logins
from ui.console.panels import panel, show_empty
from ui.console.people_words import (
    last_seen_in_words,
    standing_badge,
)
from ui.console.role_choice import ask_roles, chosen_roles, require_roles
from ui.console.routes import PEOPLE, asked_id
from ui.console.sign_in import may, require, signed_in_person
from ui.console.words import date_in_words, plain

LINK_ADVICE = "Send them this link by a way you trust."


def show_head(account: AccountEntry) -> None:
    """Show who it is."""
    you = " (you)" if account.id == signed_in_person().id else ""
    st.title(plain(account.display_name) + you)
    seen = last_seen_in_words(account, now=now())
    joined = f"here since {date_in_words(account.created_at)}"
    badge = standing_badge(account)
    st.markdown(
        f"{badge + ' &nbsp; ' if badge else ''}{plain(account.email)} "
        f":gray[· {seen} · {joined}]"
    )
    told = st.session_state.pop("person_told", None)
    if told:
        st.success(told, icon=":material/check_circle:")
    show_refusal("person")


def show_roles(account: AccountEntry) -> None:
    """Offer to change what the person may do."""
    st.header("Roles")
    with st.form("roles"):
        # Of this version: after a change by somebody else the newest roles stand here.
        key = f"person_{account.id}_{account.version}"
        ask_roles(key, chosen=account.roles)
        st.form_submit_button(
            "Save roles",
            icon=":material/save:",
            key="roles_save",
            on_click=save_roles,
            args=(account, key),
        )


def save_roles(account: AccountEntry, key: str) -> None:
    """Change the roles."""
    change(account, {"roles": chosen_roles(key)}, told="The roles are changed.")


def change(account: AccountEntry, changes: dict[str, Any], *, told: str) -> None:
    """Change the account as it was seen, and say so."""

    def act() -> None:
        if "roles" in changes:
            require_roles(changes["roles"])
        people().change_account(account.id, changes, version=account.version)
        st.session_state["person_told"] = told

    attempt("person", f"{account.display_name} did not change", act)


def show_standing(account: AccountEntry) -> None:
    """Offer to close the account to its owner, or to open it again."""
    st.header("Access")
    with st.container(border=True, key="access"):
        if account.is_active:
            st.markdown(
                "Deactivating signs the person out everywhere at once and keeps what "
                "they did. It can be undone."
            )
            wish, label, icon = False, "Deactivate", "block"
            told = "Deactivated, and signed out everywhere."
        else:
            st.markdown("The person cannot sign in until they are activated again.")
            wish, label, icon = True, "Activate", "how_to_reg"
            told = "Activated: the person can sign in again."
        st.button(
            label,
            icon=f":material/{icon}:",
            key="standing",
            on_click=change,
            args=(account, {"isActive": wish}),
            kwargs={"told": told},
        )


def show_reset(account: AccountEntry) -> None:
    """Offer a link by which the person can set a new password."""
    st.header("Forgotten password")
    if show_kept_link(str(account.id), advice=LINK_ADVICE):
        return
    with st.container(border=True, key="reset"):
        st.markdown(
            "You hand the person a link that works once; they choose a password that "
            "you do not learn. Their old one works until then."
        )
        st.button(
            "Make a one-time link",
            icon=":material/lock_reset:",
            key="reset_make",
            on_click=make_reset_link,
            args=(account,),
        )


def make_reset_link(account: AccountEntry) -> None:
    """Make the link, and keep it for this screen."""

    def act() -> None:
        link = people().make_reset_link(account.id)
        title = f"{account.display_name} can set a new password"
        keep_link(KeptLink(str(account.id), title, link.path, link.expires_at))

    attempt("person", "No link was made", act)


def show_where(account: AccountEntry) -> None:
    """Show where the person is signed in, and offer to end each."""
    st.header("Where they are signed in")
    logins = people().list_logins_of(account.id)
    if not logins:
        st.markdown(":gray[Nowhere.]")

    def end(login_id: UUID) -> None:
        attempt(
            "person",
            "That login was not ended",
            lambda: people().end_login_of(account.id, login_id),
        )

    show_logins(
        logins,
        place="person_logins",
        end=end if may(Permission.ACCOUNTS_WRITE) else None,
    )


st.page_link(PEOPLE, label="People", icon=":material/arrow_back:")
require(Permission.ACCOUNTS_READ)
account_id = asked_id("id")
if account_id is None:
    show_empty(
        "person",
        icon="search_off",
        title="Which person?",
        advice="This address names nobody. Open one from the list of people.",
    )
    st.stop()

with panel("person_head", "This person"), st.container(width=720, key="person_frame"):
    account = people().get_account(account_id)
    show_head(account)
    if may(Permission.ACCOUNTS_WRITE):
        show_roles(account)
        show_standing(account)
        show_reset(account)
    with panel("person_logins", "The logins"):
        show_where(account)
