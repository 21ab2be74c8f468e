"""People: who may sign in, and who was asked to."""

from uuid import UUID

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from tasks.accounts.schemas import AccountEntry, InvitationEntry
from ui.console.api_client import people
from ui.console.attempts import attempt, show_refusal
from ui.console.panels import panel, show_empty
from ui.console.people_words import last_seen_in_words, role_badges, standing_badge
from ui.console.presses import pressed
from ui.console.routes import INVITE, Goal, lead, to_person
from ui.console.sign_in import may, require, signed_in_person
from ui.console.words import date_in_words, plain

PORTION = 50
INVITATIONS = 100
STANDINGS = {"all": None, "active": True, "deactivated": False}


def show_account(account: AccountEntry) -> None:
    """Show one person, and lead to what can be done."""
    with st.container(border=True, key=f"account_{account.id}"):
        about, when, action = st.columns([6, 3, 1.3], vertical_alignment="center")
        you = " (you)" if account.id == signed_in_person().id else ""
        with about, st.container(gap="xsmall"):
            st.markdown(
                f"**{plain(account.display_name)}**{you} &nbsp; "
                f"{standing_badge(account)} {role_badges(account.roles)}"
            )
            st.markdown(f":gray[:small[{plain(account.email)}]]")
        when.markdown(f":gray[:small[{last_seen_in_words(account, now=now())}]]")
        with action, st.container(horizontal_alignment="right"):
            lead("Open", to_person(account.id), key=f"open_{account.id}")


def ask_filters() -> tuple[str, bool | None]:
    """Ask whom to show."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="filters", gap="medium"
    ):
        words = st.text_input(
            "Find",
            key="people_words",
            placeholder="Part of a name or email",
            icon=":material/search:",
            width=320,
        )
        standing = st.segmented_control(
            "Show",
            list(STANDINGS),
            default="all",
            required=True,
            format_func=str.capitalize,
            key="people_standing",
        )
    return str(words or "").strip(), STANDINGS[str(standing)]


def show_accounts() -> None:
    """Show everybody who fits, a portion at a time."""
    words, is_active = ask_filters()
    shown = st.session_state.setdefault("people_shown", PORTION)
    page = people().list_accounts(words=words, is_active=is_active, limit=shown)
    for account in page.items:
        show_account(account)
    if not page.items:
        show_empty(
            "people",
            icon="search_off",
            title="Nobody fits",
            advice="Look for another part of the name or email, or show all.",
        )
    if page.next and pressed("Show more", key="more_people"):
        st.session_state["people_shown"] = shown + PORTION
        st.rerun()


def show_invitations() -> None:
    """Show who was asked and has not come yet."""
    waiting = people().list_invitations(limit=INVITATIONS).items
    show_refusal("invitations")
    if not waiting:
        return
    st.header("Invited, not here yet")
    for invitation in waiting:
        show_invitation(invitation)


def show_invitation(invitation: InvitationEntry) -> None:
    """Show one invitation, and offer to withdraw it."""
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        key=f"invitation_{invitation.id}",
    ):
        until = date_in_words(invitation.expires_at)
        st.markdown(
            f"**{plain(invitation.email)}** &nbsp; {role_badges(invitation.roles)}  \n"
            f":gray[:small[can be accepted until {until}]]",
            width="stretch",
        )
        if may(Permission.ACCOUNTS_WRITE):
            st.button(
                "Withdraw",
                icon=":material/link_off:",
                key=f"withdraw_{invitation.id}",
                on_click=withdraw,
                args=(invitation.id,),
            )


def withdraw(invitation_id: UUID) -> None:
    """Make an invitation useless."""
    attempt(
        "invitations",
        "The invitation was not withdrawn",
        lambda: people().withdraw_invitation(invitation_id),
    )


head, action = st.columns([4, 1], vertical_alignment="bottom")
head.title("People")
require(Permission.ACCOUNTS_READ)
if may(Permission.ACCOUNTS_WRITE):
    with action, st.container(horizontal_alignment="right"):
        lead(
            "Invite",
            Goal(INVITE),
            type="primary",
            icon=":material/person_add:",
            key="invite",
        )

with panel("people", "The people"):
    show_accounts()
with panel("invitations", "The invitations"):
    show_invitations()
