"""Browser profiles: all of them by folder, how each is, and what can be done."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import BrowserState, EventType, Permission
from ui.console.api_client import browsers
from ui.console.api_door import ProblemError
from ui.console.attempts import show_refusal
from ui.console.browser_answers import (
    BrowserProfile,
    BrowserProfilePage,
    FolderAnswer,
    StopAllAnswer,
)
from ui.console.browser_rows import show_browser_row
from ui.console.browser_words import STATE_SIGNS, counts_in_words
from ui.console.components.watcher import rerun_on_change
from ui.console.errands import Errand, await_errands, collect_errands, doing, send_off
from ui.console.panels import panel, show_empty
from ui.console.presses import pressed
from ui.console.questions import ask_first, show_question
from ui.console.routes import NEW_BROWSER_PROFILE, Goal, lead
from ui.console.sign_in import may, require
from ui.console.toasts import tell
from ui.console.words import counted, plain

PORTION = 50
STOP_ALL = "stop_all"
EVERY = "all"
STATES = {
    EVERY: "All",
    BrowserState.RUNNING: "Running",
    BrowserState.STOPPED: "Stopped",
    BrowserState.FAILED: STATE_SIGNS[BrowserState.FAILED].word,
    BrowserState.CRASHED: STATE_SIGNS[BrowserState.CRASHED].word,
}
Folders = Mapping[UUID, FolderAnswer]


def show_actions() -> None:
    """Offer to make one."""
    lead(
        "New browser profile",
        Goal(NEW_BROWSER_PROFILE),
        type="primary",
        icon=":material/add:",
        key="new_browser_profile",
    )


def ask_filters(folders: Folders) -> dict[str, Any]:
    """Ask which browser profiles to show."""
    names = {"": "All folders"} | {str(one.id): one.name for one in folders.values()}
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="filters", gap="medium"
    ):
        search = st.text_input(
            "Find",
            key="browsers_search",
            placeholder="Part of a name",
            icon=":material/search:",
            max_chars=100,
            width=260,
            persist_state="session",
        )
        folder = st.selectbox(
            "Folder",
            list(names),
            format_func=lambda chosen: names.get(chosen, "All folders"),
            key="browsers_folder",
            width=220,
            persist_state="session",
        )
        state = st.segmented_control(
            "State",
            list(STATES),
            default=EVERY,
            required=True,
            format_func=STATES.__getitem__,
            key="browsers_state",
            persist_state="session",
        )
    return {
        "search": str(search or "").strip(),
        "folder_id": UUID(folder) if folder else None,
        "state": None if state == EVERY else str(state),
    }


def show_stop_all(folders: Folders) -> None:
    """Offer to stop all browsers, if any is open; ask first, with the count."""
    is_open = sum(one.running_count for one in folders.values())
    if not may(Permission.BROWSER_PROFILES_WRITE):
        return
    busy = doing(STOP_ALL)
    if is_open or busy:
        st.button(
            busy or "Stop all",
            icon=":material/stop_circle:",
            key="stop_all",
            disabled=busy is not None,
            on_click=ask_first,
            args=(STOP_ALL,),
        )


def show_stop_all_question(folders: Folders) -> None:
    """Ask whether all browsers are to be stopped, if somebody pressed that."""
    is_open = sum(one.running_count for one in folders.values())
    what = counted(is_open, "browser")
    show_question(
        STOP_ALL,
        f"**Stop {what}?** Whatever drives one is cut off. Cookies and logins are "
        "kept. Browsers that other programs started go on.",
        label=f"Stop {what}",
        icon="stop_circle",
        act=stop_all,
    )
    show_refusal(STOP_ALL, stays=True)


def stop_all() -> None:
    """Stop all browsers; the screen goes on."""
    door = browsers()
    title = "Not every browser was stopped"
    send_off(Errand(STOP_ALL, "Stopping…", title, door.stop_all_browsers, tell_stopped))


def tell_stopped(answer: StopAllAnswer) -> None:
    """
    Say how many were stopped.

    Raises:
        ProblemError: Some were not.
    """
    stopped = f"{counted(len(answer.stopped), 'browser')} stopped"
    if answer.failed:
        why = dict.fromkeys(one.message for one in answer.failed)
        left = counted(len(answer.failed), "browser")
        raise ProblemError(f"{stopped}, {left} not: {'; '.join(why)}", error="not_all")
    tell(f"{stopped}.", icon=":material/stop_circle:")


def show_list(page: BrowserProfilePage, folders: Folders) -> None:
    """Show browser profiles under their folders."""
    by_folder: dict[UUID, list[BrowserProfile]] = {}
    for profile in page.items:
        by_folder.setdefault(profile.folder_id, []).append(profile)
    for folder_id in sorted(by_folder, key=partial(name_of, folders)):
        folder = folders.get(folder_id)
        st.header(f":gray[:material/folder:] {plain(name_of(folders, folder_id))}")
        if folder and folder.comment:
            st.markdown(f":gray[{plain(folder.comment)}]")
        for profile in by_folder[folder_id]:
            show_browser_row(profile)


def name_of(folders: Folders, folder_id: UUID) -> str:
    """Return the name of a folder; one that was just made may not be known yet."""
    return folders[folder_id].name if folder_id in folders else "Another folder"


def show_nothing(*, is_filtered: bool) -> None:
    """Say why there is nothing here, and what to do."""
    if is_filtered:
        show_empty(
            "browsers",
            icon="search_off",
            title="No browser profile fits",
            advice="Look for another part of the name, or show all folders and states.",
        )
        return
    show_empty(
        "browsers",
        icon="web",
        title="No browser profiles yet",
        advice="Press “New browser profile”: choose a template of masking flags, a "
        "proxy if you want one, and start it.",
    )


head, action = st.columns([4, 1.4], vertical_alignment="bottom")
head.title("Browser profiles")
require(Permission.BROWSER_PROFILES_READ)
collect_errands()
if may(Permission.BROWSER_PROFILES_WRITE):
    with action, st.container(horizontal_alignment="right"):
        show_actions()

with panel("browser_profiles", "The browser profiles"):
    door = browsers()
    folders = {one.id: one for one in door.list_folders()}
    wanted = ask_filters(folders)
    shown = st.session_state.setdefault("browsers_shown", PORTION)
    page = door.list_browser_profiles(**wanted, limit=shown)
    with st.container(horizontal=True, vertical_alignment="center", key="summary"):
        st.markdown(counts_in_words(page.counts), width="stretch")
        show_stop_all(folders)
    with st.container():  # always there, so that a question moves nothing else
        show_stop_all_question(folders)
    show_list(page, folders)
    if page.next and pressed("Show more", key="more_browsers"):
        st.session_state["browsers_shown"] = shown + PORTION
        st.rerun()
    if not page.items:
        show_nothing(is_filtered=any(wanted.values()))

rerun_on_change(EventType.BROWSER)
await_errands()
