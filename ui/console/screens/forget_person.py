"""Forget a person: who it is, what would go, and then its removal for good."""

import streamlit as st

from config.vocabulary import Permission
from tasks.public_profiles.forget_schemas import Forgotten
from ui.console.api_client import people
from ui.console.attempts import attempt, show_refusal
from ui.console.panels import panel
from ui.console.sign_in import require
from ui.console.words import counted, plain

PLACE = "forget_person"
SEEN, DONE = "forget_seen", "forget_done"
KINDS = {
    "public_profiles": "public profiles",
    "review_items": "places in the review queue",
    "log_lines": "lines of the review log that lose their words",
    "events": "tracking events that lose the handle",
    "pages": "addresses of pages",
    "failure_pictures": "pictures of failed pages",
    "unreadable_items": "notes of something unreadable",
    "run_errors": "errors of runs",
    "batches": "batch decisions that lose their words",
    "views": "saved views",
    "page_marks": "marks of pages",
    "kept_answers": "kept answers",
}


def read_wish() -> dict[str, str]:
    """Return whom the form names."""
    fields = {
        name: str(st.session_state.get(f"forget_{name}", "")).strip()
        for name in ("platform", "handle", "address")
    }
    return {name: said for name, said in fields.items() if said}


def look() -> None:
    """Count what would go, and keep it for this screen."""
    st.session_state.pop(SEEN, None)
    st.session_state.pop(DONE, None)
    wish = read_wish()

    def act() -> None:
        st.session_state[SEEN] = (wish, people().forget_person(wish, dry_run=True))

    attempt(PLACE, "Nothing was counted", act)


def forget(wish: dict[str, str]) -> None:
    """Remove it, and keep what was removed for this screen."""

    def act() -> None:
        st.session_state[DONE] = people().forget_person(wish, dry_run=False)
        st.session_state.pop(SEEN, None)

    attempt(PLACE, "Nothing was removed", act)


def show_form() -> None:
    """Ask who it is."""
    with st.form("forget"):
        st.text_input("Platform", key="forget_platform", placeholder="mastodon")
        st.text_input("Handle", key="forget_handle", placeholder="name@server")
        st.text_input(
            "Address of the profile (optional)",
            key="forget_address",
            placeholder="https://",
        )
        st.form_submit_button(
            "See what would go",
            icon=":material/search:",
            key="forget_look",
            on_click=look,
        )


def show_counts(told: Forgotten) -> None:
    """List what goes, and what stays that a person must look after."""
    counts = told.model_dump(by_alias=False)
    lines = [
        f"- {counts[name]:,} {words}" for name, words in KINDS.items() if counts[name]
    ]
    st.markdown("\n".join(lines) or "Nothing in Muster names this person.")
    if told.campaigns_naming:
        some = counted(len(told.campaigns_naming), "campaign")
        st.warning(
            f"In the settings of {some} they are named; these stay, so edit them."
        )
    if told.uploaded_tables:
        some = counted(len(told.uploaded_tables), "uploaded table")
        st.warning(f"Their row is in {some}, which stay as uploaded.")


def show_seen(wish: dict[str, str], told: Forgotten) -> None:
    """Show what would go, and offer to remove it."""
    with st.container(border=True, key="forget_seen_frame"):
        name = f"{plain(wish.get('handle', ''))} on {plain(wish.get('platform', ''))}"
        st.markdown(f"**{name}: this would go**")
        show_counts(told)
        st.markdown(
            ":gray[It cannot be brought back. Later runs leave this person out, by a "
            "keyed hash of the handle.]"
        )
        st.button(
            "Remove for good",
            type="primary",
            icon=":material/delete_forever:",
            key="forget_do",
            on_click=forget,
            args=(wish,),
        )


st.title("Forget a person")
require(Permission.PERSONS_FORGET)
st.markdown(
    ":gray[When somebody asks for it: all that names them is removed, and later runs "
    "do not take them in again.]"
)
with panel("forget", "The form"), st.container(width=720, key="forget_frame"):
    show_form()
    show_refusal(PLACE)
    if SEEN in st.session_state:
        show_seen(*st.session_state[SEEN])
    if DONE in st.session_state:
        st.success("It is gone, and later runs leave this person out.")
        show_counts(st.session_state[DONE])
