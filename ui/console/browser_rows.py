"""One browser profile: how it is, and what can be done with it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import streamlit as st

from config.clock import now
from config.vocabulary import BrowserState, Permission
from ui.console.api_client import browsers
from ui.console.attempts import show_refusal
from ui.console.browser_answers import BrowserProfile
from ui.console.browser_words import (
    advice_for,
    kind_in_words,
    leak_test_in_words,
    proxy_in_words,
    since_in_words,
    state_badge,
)
from ui.console.components.uptime import show_uptime
from ui.console.errands import Errand, doing, send_off
from ui.console.questions import ask_first, show_question
from ui.console.routes import lead, to_browser_profile
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import plain

REMOVED = "browser_profiles_removed"


class Wish(NamedTuple):
    """Something a person can do with a browser."""

    word: str
    label: str
    icon: str
    is_main: bool = False


START = Wish("start", "Start", "play_arrow", is_main=True)
START_AGAIN = Wish("start", "Start again", "replay", is_main=True)
STOP = Wish("stop", "Stop", "stop")

WISHES: Mapping[BrowserState, Sequence[Wish]] = {
    BrowserState.STOPPED: [START],
    BrowserState.STARTING: [STOP],
    BrowserState.RUNNING: [STOP],
    BrowserState.STOPPING: [],
    BrowserState.FAILED: [START_AGAIN],
    BrowserState.CRASHED: [START_AGAIN],
}


def errand_of(profile: BrowserProfile) -> str:
    """Return the name of what is under way with a browser profile, if anything is."""
    return f"browser_{profile.id}"


def show_browser_row(profile: BrowserProfile) -> None:
    """Show a browser profile in a list, with its buttons."""
    with st.container(border=True, key=f"browser_{profile.id}", gap="small"):
        about, way_out, actions = st.columns([5, 4, 4], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            st.markdown(
                f"**{plain(profile.name)}** &nbsp; {state_badge(profile.state)}"
            )
            st.markdown(f":gray[:small[{plain(kind_in_words(profile))}]]")
        with way_out, st.container(gap="xsmall"):
            show_since(profile)
            st.markdown(f":small[{proxy_in_words(profile.proxy)}]")
            leaks = leak_test_in_words(profile, now=now())
            if leaks:
                st.markdown(f":gray[:small[{leaks}]]")
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            show_wishes(profile)
            show_removal(profile)
            lead("Open", to_browser_profile(profile.id), key=f"open_{profile.id}")
        show_what_went_wrong(profile)
        show_removal_question(profile)


def show_since(profile: BrowserProfile) -> None:
    """Show how long a browser runs, counting; or since when it does not."""
    browser = profile.browser
    if profile.state == BrowserState.RUNNING and browser and browser.started_at:
        lasted = (now() - browser.started_at).total_seconds()
        show_uptime(str(profile.id), seconds=max(0.0, lasted))
    else:
        st.markdown(f":gray[:small[{since_in_words(profile, now=now())}]]")


def show_wishes(profile: BrowserProfile) -> None:
    """Show what can be done with a browser in its state, or what is being done."""
    if not may(Permission.BROWSER_PROFILES_WRITE):
        return
    busy = doing(errand_of(profile))
    if busy:
        st.button(
            busy,
            icon=":material/hourglass_top:",
            key=f"busy_{profile.id}",
            disabled=True,
        )
        return
    for wish in WISHES[profile.state]:
        st.button(
            wish.label,
            key=f"{wish.word}_{profile.id}",
            icon=f":material/{wish.icon}:",
            type="primary" if wish.is_main else "secondary",
            on_click=start if wish.word == "start" else stop,
            args=(profile,),
        )


def show_removal(profile: BrowserProfile) -> None:
    """Offer to delete a browser profile whose browser is not open."""
    is_idle = not profile.state.is_open and not doing(errand_of(profile))
    if is_idle and may(Permission.BROWSER_PROFILES_WRITE):
        st.button(
            "Delete",
            key=f"delete_{profile.id}",
            icon=":material/delete:",
            on_click=ask_first,
            args=(_removal_of(profile),),
        )


def show_removal_question(profile: BrowserProfile) -> None:
    """Ask whether a browser profile is to be deleted, if somebody pressed that."""
    if profile.state.is_open:
        return
    show_question(
        _removal_of(profile),
        f"**Delete {plain(profile.name)} for good?** Its cookies, logins and history "
        "go with it, at Multilogin X too. This cannot be undone.",
        label="Delete for good",
        icon="delete_forever",
        act=lambda: remove(profile),
    )


def show_what_went_wrong(profile: BrowserProfile) -> None:
    """Say why a browser failed, and why the last button did nothing, if so."""
    reason = profile.reason
    if reason is not None:
        said = plain(reason.message[:1].upper() + reason.message[1:])
        ending = "" if reason.message.endswith((".", "!", "?")) else "."
        with st.container(key=f"why_{profile.id}"):
            st.error(
                f"{said}{ending}  \n**What to do:** {advice_for(reason.error)}",
                icon=":material/error:",
            )
    show_refusal(
        errand_of(profile),
        stays=True,
        unless=reason.error if reason is not None else None,
    )


def start(profile: BrowserProfile) -> None:
    """Start a browser; the screen goes on."""
    door, key = browsers(), uuid4().hex
    _send(
        profile,
        "Starting…",
        "did not start",
        lambda: door.start_browser(profile.id, key=key),
    )


def stop(profile: BrowserProfile) -> None:
    """Stop a browser; the screen goes on."""
    door = browsers()
    _send(
        profile, "Stopping…", "was not stopped", lambda: door.stop_browser(profile.id)
    )


def remove(profile: BrowserProfile) -> None:
    """Delete a browser profile for good; the screen goes on."""
    door = browsers()

    def forget(_answer: Any) -> None:
        st.session_state.setdefault(REMOVED, set()).add(profile.id)
        tell(f"{plain(profile.name)} is deleted.", icon=":material/delete:")

    _send(
        profile,
        "Deleting…",
        "was not deleted",
        lambda: door.remove_browser_profile(profile.id),
        then=forget,
    )


def _send(
    profile: BrowserProfile,
    doing: str,
    failure: str,
    act: Callable[[], object],
    then: Callable[[Any], None] = lambda _answer: None,
) -> None:
    title = f"{profile.name} {failure}"
    send_off(Errand(errand_of(profile), doing, title, act, then))


def _removal_of(profile: BrowserProfile) -> str:
    return f"delete_{profile.id}"
