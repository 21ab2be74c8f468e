"""The leak tests there were, with filters; each opens where it stands."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from config.clock import now
from config.vocabulary import LeakVerdict
from ui.console.api_client import cloak
from ui.console.cloak_answers import LeakFix, LeakTest
from ui.console.cloak_results import show_details, show_fix_button, show_problem_of
from ui.console.cloak_words import (
    SUBJECTS,
    VERDICT_SIGNS,
    exit_in_words,
    finding_in_words,
    kind_title,
    main_findings,
    others_in_words,
    subject_in_words,
    verdict_badge,
)
from ui.console.panels import show_empty
from ui.console.presses import pressed
from ui.console.words import moment_in_words, plain

PORTION = 20
EVERY = ""
SHOWN, OPENED = "leak_tests_shown", "leak_test_opened"
KINDS: Mapping[str, str] = {EVERY: "Everything"} | dict(SUBJECTS)
VERDICTS: Mapping[str, str] = {EVERY: "All"} | {
    verdict: sign.word for verdict, sign in VERDICT_SIGNS.items()
}
_MARKS: Mapping[str, str] = {
    LeakVerdict.LEAK: "leak",
    LeakVerdict.CLEAN: "clean",
    LeakVerdict.INCONCLUSIVE: "could not tell",
}


def show_history(browser_profile_id: UUID | None) -> None:
    """Show the leak tests there were, of all or of one browser profile."""
    wanted = _ask_filters(browser_profile_id)
    shown = st.session_state.setdefault(SHOWN, PORTION)
    page = cloak().list_leak_tests(**wanted, limit=shown)
    for test in page.items:
        show_row(test)
    if page.next and pressed("Show more", key="more_leak_tests"):
        st.session_state[SHOWN] = shown + PORTION
        st.rerun()
    if not page.items:
        _show_nothing(is_filtered=any(wanted.values()))


def show_row(test: LeakTest) -> None:
    """Show one leak test in a row that opens."""
    is_open = st.session_state.get(OPENED) == test.id
    with st.container(border=True, key=f"tested_{test.id}", gap="small"):
        about, marks, action = st.columns([5, 5, 2], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            st.markdown(f"**{plain(subject_in_words(test.subject))}**")
            when = moment_in_words(test.started_at, now=now())
            seen = exit_in_words(test.exit_address, test.exit_country)
            st.markdown(f":gray[:small[{when}]] &nbsp; :small[{seen}]")
        marks.markdown(_marks(test))
        with action, st.container(horizontal_alignment="right"):
            st.button(
                "Close" if is_open else "Open",
                key=f"open_{test.id}",
                on_click=_toggle,
                args=(test.id,),
            )
        if is_open:
            _show_opened(test)


def _show_opened(test: LeakTest) -> None:
    show_problem_of(test)
    with st.container(gap="xsmall"):
        for one in main_findings(test):
            st.markdown(f"**{kind_title(one.kind)}** &nbsp; {finding_in_words(one)}")
    others = others_in_words(test)
    if others:
        st.markdown(f":orange[:material/warning:] {others}")
    show_fix_button(test, place=str(test.id), then=_open_after)
    show_details(test, place=str(test.id))


def _marks(test: LeakTest) -> str:
    return " ".join(
        verdict_badge(one.verdict).replace(
            f": {VERDICT_SIGNS[one.verdict].word}]",
            f": {kind_title(one.kind)}: {_MARKS[one.verdict]}]",
        )
        for one in main_findings(test)
    )


def _ask_filters(browser_profile_id: UUID | None) -> dict[str, Any]:
    with st.container(
        horizontal=True,
        vertical_alignment="bottom",
        key="history_filters",
        gap="medium",
    ):
        if browser_profile_id is None:
            kind = st.selectbox(
                "What was tested",
                list(KINDS),
                format_func=KINDS.__getitem__,
                key="leak_tests_kind",
                width=220,
                on_change=_begin_anew,
                persist_state="session",
            )
        else:
            kind = EVERY
            st.button(
                "Only one browser profile: show all",
                icon=":material/close:",
                key="history_of_all",
                on_click=_show_all,
            )
        verdict = st.segmented_control(
            "Verdict",
            list(VERDICTS),
            default=EVERY,
            required=True,
            format_func=VERDICTS.__getitem__,
            key="leak_tests_verdict",
            on_change=_begin_anew,
            persist_state="session",
        )
    return {
        "subject_kind": kind or None,
        "subject_id": browser_profile_id,
        "verdict": verdict or None,
    }


def _show_nothing(*, is_filtered: bool) -> None:
    if is_filtered:
        show_empty(
            "leak_tests",
            icon="search_off",
            title="No leak test fits",
            advice="Show everything that was tested, with all verdicts.",
        )
        return
    show_empty(
        "leak_tests",
        icon="policy",
        title="No leak tests yet",
        advice="Run one under “Leak test”: of a browser profile, a proxy, the VPN or "
        "this machine itself.",
    )


def _toggle(leak_test_id: UUID) -> None:
    is_open = st.session_state.get(OPENED) == leak_test_id
    st.session_state[OPENED] = None if is_open else leak_test_id


def _open_after(fix: LeakFix) -> None:
    st.session_state[OPENED] = fix.after.id


def _begin_anew() -> None:
    st.session_state[SHOWN] = PORTION


def _show_all() -> None:
    st.query_params.pop("profile", None)
    _begin_anew()
