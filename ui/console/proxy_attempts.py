"""The last requests through proxies, with filters; each tells why its proxy it took."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from config.clock import now
from tasks.proxies.schemas import AttemptAnswer
from ui.console.api_client import proxy_rotation
from ui.console.panels import show_empty
from ui.console.presses import pressed
from ui.console.proxy_rotation_words import (
    Names,
    attempt_in_words,
    candidate_rows,
    name_of,
    outcome_badge,
    part_rows,
    time_in_words,
)
from ui.console.proxy_words import OUTCOME_SIGNS
from ui.console.words import moment_in_words, plain

PORTION = 20
EVERY = ""
SHOWN, OPENED = "proxy_attempts_shown", "proxy_attempt_opened"


def show_attempts(names: Names, hosts: Sequence[str]) -> None:
    """Show the last requests through proxies; `hosts` are offered to choose from."""
    wanted = _ask_filters(names, hosts)
    shown = st.session_state.setdefault(SHOWN, PORTION)
    page = proxy_rotation().list_attempts(**wanted, limit=shown)
    for one in page.items:
        _show_row(one, names)
    if page.next and pressed("Show more", key="more_proxy_attempts"):
        st.session_state[SHOWN] = shown + PORTION
        st.rerun()
    if not page.items:
        _show_nothing(is_filtered=any(wanted.values()))


def _ask_filters(names: Names, hosts: Sequence[str]) -> dict[str, Any]:
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="proxy_attempt_filters"
    ):
        proxy_id = st.selectbox(
            "Through",
            [0, *names],
            format_func=lambda one: name_of(one, names) if one else "Every proxy",
            key="proxy_attempts_proxy",
            width=240,
            on_change=_begin_anew,
        )
        host = st.selectbox(
            "To",
            [EVERY, *hosts],
            format_func=lambda one: one or "Every host",
            key="proxy_attempts_host",
            width=240,
            on_change=_begin_anew,
        )
        outcome = st.selectbox(
            "Came to",
            [EVERY, *OUTCOME_SIGNS],
            format_func=lambda one: OUTCOME_SIGNS[one].word if one else "Everything",
            key="proxy_attempts_outcome",
            width=240,
            on_change=_begin_anew,
        )
    return {
        "proxy_id": proxy_id or None,
        "host": host or None,
        "outcome": outcome or None,
    }


def _show_row(one: AttemptAnswer, names: Names) -> None:
    is_open = st.session_state.get(OPENED) == one.id
    with st.container(border=True, key=f"proxy_attempt_{one.id}", gap="small"):
        about, end, action = st.columns([6, 4, 2], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            name = plain(name_of(one.proxy_id, names))
            st.markdown(f"**{name}** to {plain(one.host)}")
            st.markdown(f":gray[:small[{moment_in_words(one.at, now=now())}]]")
        took = "" if one.latency_ms is None else time_in_words(one.latency_ms / 1000)
        end.markdown(f"{outcome_badge(one.outcome)} &nbsp; :small[{took}]")
        with action, st.container(horizontal_alignment="right"):
            st.button(
                "Close" if is_open else "Why?",
                key=f"why_{one.id}",
                on_click=_toggle,
                args=(one.id,),
            )
        if is_open:
            _show_why(one, names)


def _show_why(one: AttemptAnswer, names: Names) -> None:
    st.markdown(plain(attempt_in_words(one, names)))
    left, right = st.columns(2, gap="medium")
    drawn, parts = candidate_rows(one, names), part_rows(one)
    if drawn:
        left.table(drawn, border="horizontal", hide_index=True, alt="Proxies drawn")
    if parts:
        right.table(parts, border="horizontal", hide_index=True, alt="Parts of a score")


def _show_nothing(*, is_filtered: bool) -> None:
    if is_filtered:
        show_empty(
            "proxy_attempts",
            icon="search_off",
            title="No request fits",
            advice="Show those through every proxy, to every host, however they ended.",
        )
        return
    show_empty(
        "proxy_attempts",
        icon="route",
        title="No requests yet",
        advice="Each request of a campaign or browser that goes through a proxy of the "
        "pool is listed here for two days, with why it took that proxy.",
    )


def _toggle(attempt_id: UUID) -> None:
    is_open = st.session_state.get(OPENED) == attempt_id
    st.session_state[OPENED] = None if is_open else attempt_id


def _begin_anew() -> None:
    st.session_state[SHOWN] = PORTION
