"""One proxy in the list of the pool: how it is at a glance."""

from typing import NamedTuple

import streamlit as st

from config.clock import now
from tasks.proxies.rotation_schemas import ProxyStanding
from ui.console.proxy_answers import KnownProxy
from ui.console.proxy_words import (
    address_of,
    budget_in_words,
    budget_left,
    check_in_words,
    errors_in_words,
    exit_of,
    kind_in_words,
    standing_in_words,
    state_badge,
    success_in_words,
    why_out_in_words,
)
from ui.console.routes import lead, to_proxy
from ui.console.words import counted, plain


class Beside(NamedTuple):
    """What is known of a proxy besides its own record."""

    per_hour: int
    """Requests that a proxy may carry in any hour."""

    standing: ProxyStanding | None = None
    """How it stands with the host that was chosen, if one was."""


def show_proxy_row(proxy: KnownProxy, beside: Beside) -> None:
    """Show a proxy in the list."""
    with st.container(border=True, key=f"proxy_{proxy.id}", gap="xsmall"):
        about, health, load, action = st.columns(
            [5, 5, 4, 1.6], vertical_alignment="center"
        )
        with about, st.container(gap="xsmall"):
            st.markdown(
                f"**{plain(address_of(proxy))}** &nbsp; {state_badge(proxy.state)}"
            )
            st.markdown(f":gray[:small[{plain(kind_in_words(proxy))}]]")
        with health, st.container(gap="xsmall"):
            st.markdown(_joined(success_in_words(proxy), errors_in_words(proxy)))
            tested = check_in_words(proxy, now=now())
            st.markdown(f":small[{_joined(tested, exit_of(proxy))}]")
        with load, st.container(gap="xsmall"):
            _show_load(proxy, beside)
        with action, st.container(horizontal_alignment="right"):
            lead("Open", to_proxy(proxy.id), key=f"open_proxy_{proxy.id}")
        _show_more(proxy, beside)


def _show_load(proxy: KnownProxy, beside: Beside) -> None:
    left = budget_left(proxy, per_hour=beside.per_hour, standing=beside.standing)
    st.markdown(budget_in_words(left, per_hour=beside.per_hour))
    sessions = counted(len(proxy.sessions), "account session")
    pins = counted(proxy.pins, "pin") if proxy.pins else "no pin"
    st.markdown(f":gray[:small[{sessions} · {pins}]]")


def _show_more(proxy: KnownProxy, beside: Beside) -> None:
    why = why_out_in_words(proxy, now=now())
    if why:
        st.markdown(f":small[:gray[:material/info:] {plain(why)}]")
    if beside.standing is not None:
        said = standing_in_words(beside.standing, now=now())
        st.markdown(f":small[:gray[:material/balance:] {said}]")


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
