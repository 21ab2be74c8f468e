"""New browser profile: of a template of masking flags, with a proxy or without."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from config.vocabulary import Permission
from ui.console.api_client import browsers
from ui.console.api_door import ProblemError
from ui.console.browser_answers import BrowserProfile, FolderAnswer
from ui.console.browser_form import build_request, check_form, place_problems
from ui.console.browser_form_parts import (
    FORM,
    ask_flags,
    ask_proxy,
    ask_the_rest,
    ask_what_it_is,
)
from ui.console.browser_rows import start
from ui.console.panels import panel
from ui.console.presses import pressed
from ui.console.routes import BROWSER_PROFILES, go_to, to_browser_profile
from ui.console.sign_in import require


def find_folder(typed: str, folders: Sequence[FolderAnswer]) -> UUID:
    """Return the folder that was chosen or named; a new one is made."""
    for folder in folders:
        if typed in {str(folder.id), folder.name}:
            return folder.id
    key = FORM.request_key("folder", {"name": typed})
    return browsers().create_folder(typed, key=key)


def make(
    typed: dict[str, object], folders: Sequence[FolderAnswer]
) -> BrowserProfile | None:
    """Make the browser profile; None if something has to change first."""
    missing = check_form(typed)
    if missing:
        FORM.refuse(place_problems(missing))
        return None
    request = build_request(typed)
    try:
        with st.spinner("Creating…"):
            folder_id = find_folder(str(typed["folder"]).strip(), folders)
            request["folderId"] = str(folder_id)
            key = FORM.request_key("create", request)
            return browsers().create_browser_profile(request, key=key)
    except ProblemError as problem:
        FORM.refuse(place_problems(problem.fields), problem)
        return None


def create(
    typed: dict[str, object], folders: Sequence[FolderAnswer], *, and_start: bool
) -> None:
    """Make the browser profile and show it, or what has to change first."""
    made = make(typed, folders)
    if made is None:
        st.rerun()
    FORM.forget()
    if and_start:
        start(made)
    go_to(to_browser_profile(made.id))


def show_actions(typed: dict[str, object], folders: Sequence[FolderAnswer]) -> None:
    """Offer what can be done with the form."""
    FORM.show_refusal("The browser profile was not made")
    with st.container(horizontal=True, key="form_actions"):
        if pressed("Create", type="primary", icon=":material/add:", key="create"):
            create(typed, folders, and_start=False)
        if pressed(
            "Create and start", icon=":material/play_arrow:", key="create_start"
        ):
            create(typed, folders, and_start=True)


st.page_link(BROWSER_PROFILES, label="Browser profiles", icon=":material/arrow_back:")
st.title("New browser profile")
require(Permission.BROWSER_PROFILES_WRITE)

with panel("new_browser_profile", "The form"), st.container(width=860, key="form"):
    door = browsers()
    folders, templates = door.list_folders(), door.list_templates()
    typed: dict[str, object] = ask_what_it_is(folders)
    st.header("What it shows of itself")
    typed |= ask_flags(templates)
    st.header("How it goes out")
    typed |= ask_proxy()
    st.header("What it opens with")
    typed |= ask_the_rest()
    show_actions(typed, folders)
