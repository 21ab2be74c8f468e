"""The leak test of one browser profile, on its own screen."""

from collections.abc import Callable
from uuid import uuid4

import streamlit as st

from config.vocabulary import Permission
from ui.console.api_client import cloak
from ui.console.attempts import show_refusal
from ui.console.browser_answers import BrowserProfile
from ui.console.cloak_answers import LeakFix, LeakTest
from ui.console.cloak_results import (
    fix_errand_of,
    show_leak_fix,
    show_leak_test,
    tell_result,
)
from ui.console.errands import Errand, doing, send_off
from ui.console.routes import lead, to_leak_tests
from ui.console.sign_in import may

_KEPT = "browser_leak_tests"


def show_leak_test_of(profile: BrowserProfile) -> None:
    """Show the last leak test of a browser profile, and offer another."""
    if not may(Permission.CLOAK_READ):
        return
    st.header("Leak test")
    shown = _find_newest(profile)
    if isinstance(shown, LeakFix):
        show_leak_fix(shown, place="profile", then=_keeper_of(profile))
    elif shown is not None:
        show_leak_test(shown, place="profile", then=_keeper_of(profile))
    else:
        st.markdown("Not tested yet: nobody knows whether its exit holds.")
    _show_actions(profile, shown.after if isinstance(shown, LeakFix) else shown)
    show_refusal(_errand_of(profile), stays=True)


def run_test_of(profile: BrowserProfile) -> None:
    """Begin a leak test of a browser profile; the screen goes on."""
    door, key = cloak(), uuid4().hex
    subject = {"browserProfileId": str(profile.id)}
    send_off(
        Errand(
            _errand_of(profile),
            "Testing in its browser…",
            f"{profile.name} was not tested",
            lambda: door.test_for_leaks(subject, key=key),
            _keeper_of(profile),
        )
    )


def _show_actions(profile: BrowserProfile, test: LeakTest | None) -> None:
    with st.container(horizontal=True, key="leak_test_actions"):
        if may(Permission.CLOAK_TEST):
            busy = doing(_errand_of(profile))
            fixing = test is not None and doing(fix_errand_of(test)) is not None
            again = "Test again" if test else "Run leak test"
            st.button(
                busy or again,
                icon=":material/hourglass_top:" if busy else ":material/policy:",
                key="run_leak_test",
                disabled=busy is not None or fixing,
                help="Inside its browser, which is started if it is not open. Under "
                "Cloak you can also say what to expect of its exit.",
                on_click=run_test_of,
                args=(profile,),
            )
        if test is not None:
            lead(
                "All its leak tests",
                to_leak_tests(profile.id),
                icon=":material/history:",
                key="its_leak_tests",
            )


def _find_newest(profile: BrowserProfile) -> LeakTest | LeakFix | None:
    """Return what was found last; a test that came to nothing is known here alone."""
    last = profile.last_leak_test
    here: LeakTest | LeakFix | None = st.session_state.get(_KEPT, {}).get(profile.id)
    if here is None:
        return cloak().get_leak_test(last.id) if last else None
    tested = here.after if isinstance(here, LeakFix) else here
    if last is None or last.id == tested.id or last.at <= tested.started_at:
        return here
    return cloak().get_leak_test(last.id)


def _keeper_of(profile: BrowserProfile) -> Callable[[LeakTest | LeakFix], None]:
    def keep(found: LeakTest | LeakFix) -> None:
        st.session_state.setdefault(_KEPT, {})[profile.id] = found
        if isinstance(found, LeakTest):
            tell_result(found)

    return keep


def _errand_of(profile: BrowserProfile) -> str:
    return f"leak_test_{profile.id}"
