"""Errors: what went wrong on our side, one of a kind."""

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from tasks.failures.schemas import FailureAnswer
from ui.console.api_client import people
from ui.console.panels import panel, show_empty
from ui.console.presses import pressed
from ui.console.sign_in import require
from ui.console.words import counted, moment_in_words, plain

PORTION = 25
ORDERS = {"-lastSeenAt": "Latest", "-count": "Most frequent"}


def show_failure(failure: FailureAnswer) -> None:
    """Show one kind of error: how often, since when, and where to look further."""
    seen = f"last seen {moment_in_words(failure.last_seen_at, now=now())}"
    if failure.count > 1:
        seen += f" · first {moment_in_words(failure.first_seen_at, now=now())}"
    with st.container(border=True, key=f"failure_{failure.id}", gap="small"):
        with st.container(gap="xsmall"):
            times = counted(failure.count, "time")
            st.markdown(
                f"**{plain(failure.kind)}** &nbsp; "
                f":red-badge[:material/error: {times}] &nbsp; "
                f":gray[:small[{seen}]]"
            )
            st.markdown(plain(failure.message) or ":gray[It said nothing.]")
            st.markdown(
                f":gray[:small[in {plain(failure.place)}, last under the correlation "
                f"id]] `{failure.correlation_id}`"
            )
        with st.expander("Trace", icon=":material/account_tree:"):
            st.code(failure.trace, language=None, wrap_lines=True)


st.title("Errors")
require(Permission.ERRORS_READ)
st.markdown(
    ":gray[Faults of Muster itself, one of a kind with its count. The log tells the "
    "whole story under the correlation id.]"
)
with panel("errors", "The errors"):
    order = st.segmented_control(
        "Order",
        list(ORDERS),
        default="-lastSeenAt",
        required=True,
        format_func=ORDERS.__getitem__,
        key="errors_order",
        label_visibility="collapsed",
    )
    shown = st.session_state.setdefault("errors_shown", PORTION)
    page = people().list_failures(sort=str(order), limit=shown)
    for failure in page.items:
        show_failure(failure)
    if page.next and pressed("Show more", key="more_errors"):
        st.session_state["errors_shown"] = shown + PORTION
        st.rerun()
    if not page.items:
        show_empty(
            "errors",
            icon="task_alt",
            title="No errors",
            advice="Nothing unexpected has happened. If something does, it is listed "
            "here, counted, with the id that finds it in the log.",
        )
