"""Which proxies to show: asked above the list, and kept in the address."""

from collections.abc import Mapping, Sequence

import streamlit as st

from ui.console.proxy_filters import (
    EVERY,
    NAMES,
    SORTS,
    PoolWish,
    hosts_of,
    problems_of,
    read_address,
    write_address,
)
from ui.console.proxy_words import STATE_SIGNS
from ui.console.words import plain

LAST_ASKED = "pool_last_asked"
"""Where the way back to the list remembers what was asked for."""

STATES: Mapping[str, str] = {EVERY: "All"} | {
    state: sign.word for state, sign in STATE_SIGNS.items()
}


def ask_wish(recent_hosts: Sequence[str]) -> PoolWish:
    """Ask which proxies to show, in which order, and for which host."""
    _take_from_address()
    _show_state()
    _show_filters(hosts_of(recent_hosts, besides=_typed("host")))
    wish = PoolWish(**{name: _typed(name) for name in NAMES})
    for said in problems_of(wish):
        st.markdown(f":orange[:material/warning: {plain(said)}]")
    _keep(wish)
    return wish


def _take_from_address() -> None:
    """Fill the fields from an address that somebody came by."""
    address = {name: st.query_params[name] for name in NAMES if name in st.query_params}
    is_new = address != st.session_state.get(LAST_ASKED)
    for name, value in read_address(address)._asdict().items():
        if is_new or _key(name) not in st.session_state:
            st.session_state[_key(name)] = value or (None if name == "host" else "")


def _show_state() -> None:
    st.segmented_control(
        "State",
        list(STATES),
        required=True,
        format_func=STATES.__getitem__,
        key=_key("state"),
        label_visibility="collapsed",
    )


def _show_filters(hosts: Sequence[str]) -> None:
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="pool_filters", gap="small"
    ):
        st.text_input(
            "Find",
            key=_key("search"),
            placeholder="Address, note or city",
            icon=":material/search:",
            max_chars=100,
            width=220,
        )
        st.text_input(
            "Country", key=_key("country"), placeholder="DE", max_chars=2, width=90
        )
        st.text_input(
            "Tag", key=_key("tag"), placeholder="Any", max_chars=40, width=130
        )
        st.selectbox(
            "Sort by",
            list(SORTS),
            format_func=SORTS.__getitem__,
            key=_key("sort"),
            width=200,
        )
        st.selectbox(
            "How they stand with",
            hosts,
            index=None,
            placeholder="No host",
            accept_new_options=True,
            key=_key("host"),
            width=230,
            help="Score and its parts of each proxy in use at one host. Choose one of "
            "the latest requests, or type another.",
        )


def _keep(wish: PoolWish) -> None:
    said = write_address(wish)
    st.session_state[LAST_ASKED] = said
    for name in NAMES:
        if name not in said:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != said[name]:
            st.query_params[name] = said[name]


def _typed(name: str) -> str:
    return str(st.session_state.get(_key(name)) or "").strip()


def _key(name: str) -> str:
    return f"pool_{name}"
