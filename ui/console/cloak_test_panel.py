"""A leak test of whatever a person chooses, and what came of it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st

from config.vocabulary import LeakSubject, Permission
from ui.console.api_client import cloak
from ui.console.api_door import ProblemError
from ui.console.attempts import show_refusal
from ui.console.cloak_answers import LeakFix, LeakTest, Tunnel
from ui.console.cloak_client import Cloak
from ui.console.cloak_form import place_problems
from ui.console.cloak_form_parts import FORM, ask_subject, check
from ui.console.cloak_results import show_leak_fix, show_leak_test, tell_result
from ui.console.errands import Errand, doing, send_off
from ui.console.presses import pressed
from ui.console.sign_in import may

LEAK_TEST = "leak_test"
RESULT = "cloak_result"


def show_test_panel(tunnels: Sequence[Tunnel]) -> None:
    """Ask what to test, test it, show what came of it."""
    if may(Permission.CLOAK_TEST):
        with st.container(width=860, key="leak_test_form"):
            typed = ask_subject(tunnels)
            FORM.show_refusal("Nothing was tested")
            _show_button(typed)
            show_refusal(LEAK_TEST, stays=True)
    _show_result()


def run_test(typed: Mapping[str, Any]) -> None:
    """Begin a leak test, or say what has to change first; the screen goes on."""
    subject = check(typed)
    if subject is None:
        return
    st.session_state.pop(RESULT, None)
    door = cloak()
    in_browser = typed["kind"] == LeakSubject.BROWSER_PROFILE
    send_off(
        Errand(
            LEAK_TEST,
            "Testing in its browser…" if in_browser else "Testing…",
            "Nothing was tested",
            partial(_test, door, subject, uuid4().hex),
            keep_result,
        )
    )


def keep_result(answer: LeakTest | ProblemError) -> None:
    """Keep a result for the screen and tell of it, or say what has to change first."""
    if isinstance(answer, ProblemError):
        FORM.refuse(place_problems(answer.fields))
        return
    st.session_state[RESULT] = answer
    tell_result(answer)


def keep_fix(answer: LeakFix) -> None:
    """Keep before and after for the screen."""
    st.session_state[RESULT] = answer


def _test(door: Cloak, subject: Mapping[str, Any], key: str) -> LeakTest | ProblemError:
    """Test an exit; what is wrong with fields is an answer, to be shown at them."""
    try:
        return door.test_for_leaks(subject, key=key)
    except ProblemError as problem:
        if not problem.fields:
            raise
        return problem


def _show_button(typed: Mapping[str, Any]) -> None:
    busy = doing(LEAK_TEST)
    # Not `on_click`: what was typed last comes along with the click, and counts.
    if pressed(
        busy or "Run leak test",
        type="primary",
        icon=":material/hourglass_top:" if busy else ":material/policy:",
        key="run_leak_test",
        disabled=busy is not None,
    ):
        run_test(typed)
        st.rerun()


def _show_result() -> None:
    result: LeakTest | LeakFix | None = st.session_state.get(RESULT)
    if result is None:
        return
    st.header("Result")
    if isinstance(result, LeakFix):
        show_leak_fix(result, place="result", then=keep_fix)
    else:
        show_leak_test(result, place="result", then=keep_fix)
