"""A leak test: three plain lines, what can be put right, and details on demand."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import streamlit as st

from config.clock import now
from config.vocabulary import LeakVerdict, Permission
from tasks.leak_tests.schemas import Finding
from ui.console.api_client import cloak
from ui.console.attempts import show_refusal
from ui.console.browser_words import flag_title
from ui.console.cloak_answers import LeakFix, LeakTest
from ui.console.cloak_words import (
    SCOPES,
    as_sentence,
    exit_in_words,
    finding_in_words,
    kind_title,
    listed,
    main_findings,
    other_findings,
    others_in_words,
    subject_in_words,
    took_in_words,
    verdict_badge,
)
from ui.console.errands import Errand, doing, send_off
from ui.console.questions import ask_first, show_question
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import moment_in_words, plain

WEBRTC = "webrtc"


def show_leak_test(
    test: LeakTest, *, place: str, then: Callable[[LeakFix], None]
) -> None:
    """
    Show a leak test.

    Args:
        test: Which.
        place: Unique on the screen.
        then: Called with what came of it when WebRTC was fixed.
    """
    with st.container(border=True, key=f"leak_test_{place}", gap="small"):
        show_about(test)
        show_problem_of(test)
        show_lines(test)
        others = others_in_words(test)
        if others:
            st.markdown(f":orange[:material/warning:] {others}")
        show_fix_button(test, place=place, then=then)
        show_details(test, place=place)


def show_leak_fix(fix: LeakFix, *, place: str, then: Callable[[LeakFix], None]) -> None:
    """Show a leak test before and after WebRTC was fixed."""
    for flag, (was, is_now) in fix.changed.items():
        st.markdown(
            f":material/build: **{plain(flag_title(flag))}** changed from "
            f"{plain(was)} to {plain(is_now)}."
        )
    before, after = st.columns(2, gap="medium")
    with before:
        st.markdown("**Before**")
        with st.container(border=True, key=f"leak_before_{place}", gap="small"):
            show_about(fix.before)
            show_lines(fix.before)
    with after:
        st.markdown("**After**")
        show_leak_test(fix.after, place=place, then=then)


def show_about(test: LeakTest) -> None:
    """Show what was tested, when, and by which exit it left."""
    when = moment_in_words(test.started_at, now=now())
    st.markdown(
        f"**{plain(subject_in_words(test.subject))}**, "
        f"{exit_in_words(test.exit_address, test.exit_country)}"
    )
    st.markdown(
        f":gray[:small[{when}, took {took_in_words(test.took_ms)}, "
        f"{SCOPES.get(test.scope, plain(str(test.scope)))}]]"
    )


def show_problem_of(test: LeakTest) -> None:
    """Say why a leak test could not be carried out, if it could not."""
    if test.problem is not None:
        said = plain(as_sentence(test.problem.message))
        st.warning(
            f"**It could not be carried out.** {said} So nothing is known, which is "
            "not the same as no leak.",
            icon=":material/help:",
        )


def show_lines(test: LeakTest) -> None:
    """Show a line each for address, DNS and WebRTC."""
    with st.container(gap="xsmall"):
        for one in main_findings(test):
            st.markdown(
                f"{verdict_badge(one.verdict)} &nbsp; **{kind_title(one.kind)}** "
                f"&nbsp; {finding_in_words(one)}"
            )


def show_details(test: LeakTest, *, place: str) -> None:
    """Show on demand what was expected and seen, by which means, and why."""
    findings = (*main_findings(test), *other_findings(test))
    with st.expander(
        "Details: expected, seen, by which means",
        icon=":material/manage_search:",
        key=f"leak_details_{place}",
    ):
        for one in findings:
            _show_finding(one)
        if test.details:
            st.markdown("**Everything that was seen**")
            st.json(test.details, expanded=False)


def _show_finding(finding: Finding) -> None:
    facts = {
        "Expected": listed(finding.expected) or "nothing in particular",
        "Seen": listed(finding.seen) or "nothing",
        "By": finding.means,
        "Took": took_in_words(finding.took_ms) if finding.took_ms is not None else "",
    }
    with st.container(gap="xsmall"):
        title = (
            f"**{kind_title(finding.kind)}** &nbsp; {verdict_badge(finding.verdict)}"
        )
        st.markdown(title)
        for name, said in facts.items():
            if said:
                st.markdown(f":gray[{name}] &nbsp; {plain(said)}")
        for reason in finding.reasons:
            st.markdown(f"- {plain(as_sentence(reason.message))}")


def fix_errand_of(test: LeakTest) -> str:
    """Return the name of fixing what a leak test found."""
    return f"fix_webrtc_{test.id}"


def show_fix_button(
    test: LeakTest, *, place: str, then: Callable[[LeakFix], None]
) -> None:
    """Offer to close what WebRTC gives away, if that can be done from here."""
    if WEBRTC not in test.fix or not may(Permission.CLOAK_TEST):
        return
    busy = doing(fix_errand_of(test))
    st.button(
        busy or "Fix WebRTC",
        type="primary",
        icon=":material/hourglass_top:" if busy else ":material/build:",
        key=f"fix_webrtc_{place}",
        disabled=busy is not None,
        on_click=ask_first,
        args=(fix_errand_of(test),),
    )
    show_question(
        fix_errand_of(test),
        f"**Fix WebRTC of {plain(test.subject.name or 'this browser profile')}?** It "
        "will send nothing past the proxy any more. If its browser is open, it is "
        "started anew: whoever drives it is cut off; cookies and logins are kept. "
        "Calls over direct UDP no longer work in it, relayed ones over TCP do. It is "
        "tested again at once.",
        label="Fix and test again",
        icon="build",
        act=partial(fix_webrtc, test, then),
    )
    show_refusal(fix_errand_of(test), stays=True)


def fix_webrtc(test: LeakTest, then: Callable[[LeakFix], None]) -> None:
    """Close what WebRTC gives away and test again; the screen goes on."""
    door, key = cloak(), uuid4().hex

    def tell(fix: LeakFix) -> None:
        tell_result(fix.after)
        then(fix)

    send_off(
        Errand(
            fix_errand_of(test),
            "Fixing and testing again…",
            "WebRTC was not fixed",
            lambda: door.fix_webrtc(test.id, key=key),
            tell,
        )
    )


def tell_result(test: LeakTest) -> None:
    """Say in a toast, which is read out, how a leak test ended."""
    name = plain(subject_in_words(test.subject))
    if test.problem is not None:
        tell(f"{name}: could not be tested.", icon=":material/help:")
        return
    is_leak = test.verdict == LeakVerdict.LEAK
    sign = "warning" if is_leak else "shield"
    tell(f"{name}: {in_short(test)}.", icon=f":material/{sign}:")


def in_short(test: LeakTest) -> str:
    """Return how a leak test ended, in a few words without the time."""
    leaks = [kind_title(one.kind) for one in main_findings(test) if _leaks(one)]
    if leaks:
        return f"{listed(leaks)} {'leaks' if len(leaks) == 1 else 'leak'}"
    return "clean" if test.verdict == LeakVerdict.CLEAN else "no leak found"


def _leaks(finding: Finding) -> bool:
    return finding.verdict == LeakVerdict.LEAK
