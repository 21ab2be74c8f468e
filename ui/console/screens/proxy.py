"""One proxy: how it is, what can be done, who goes out by it, what it did lately."""

from collections.abc import Mapping

import streamlit as st

from config.clock import now
from config.vocabulary import EventType, Permission
from ui.console.api_client import proxies, proxy_rotation
from ui.console.cloak_words import as_sentence
from ui.console.components.watcher import rerun_on_change
from ui.console.errands import await_errands, collect_errands
from ui.console.panels import panel, show_empty
from ui.console.proxy_answers import KnownDetail
from ui.console.proxy_filter_form import LAST_ASKED
from ui.console.proxy_history_chart import show_history
from ui.console.proxy_sessions import show_sessions
from ui.console.proxy_verbs import REMOVED, show_verbs, show_what_came_of_it
from ui.console.proxy_words import (
    SOURCES,
    address_of,
    attempt_in_words,
    budget_in_words,
    budget_left,
    check_in_words,
    errors_in_words,
    exit_of,
    kind_in_words,
    state_badge,
    success_in_words,
    way_in_in_words,
    why_out_in_words,
)
from ui.console.routes import PROXIES, Goal, asked_number, go_to
from ui.console.sign_in import require
from ui.console.words import date_in_words, plain

ATTEMPTS = 15
WINDOW = "proxy_window"
USUAL_HOURS = 6
WINDOWS: Mapping[int, str] = {
    1: "1 hour",
    USUAL_HOURS: "6 hours",
    24: "1 day",
    168: "7 days",
    720: "30 days",
    2160: "90 days",
}


def show_head(proxy: KnownDetail) -> None:
    """Show which one it is, its state, and what can be done."""
    st.title(plain(address_of(proxy)))
    kind = plain(kind_in_words(proxy))
    st.markdown(f"{state_badge(proxy.state)} &nbsp; :gray[{kind}]")
    why = why_out_in_words(proxy, now=now())
    if why:
        st.markdown(f":gray[:material/info:] {plain(why)}")
    show_verbs(proxy)
    show_what_came_of_it(proxy)


def show_facts(proxy: KnownDetail) -> None:
    """Show what is known of it."""
    per_hour = proxy_rotation().get_rotation().settings.budget_per_hour
    left = budget_left(proxy, per_hour=per_hour)
    failed = as_sentence(proxy.check_error) if proxy.check_error else ""
    facts = {
        "Requests": success_in_words(proxy),
        "Failures": errors_in_words(proxy),
        "Budget": budget_in_words(left, per_hour=per_hour),
        "Last test": check_in_words(proxy, now=now()),
        "It said": plain(failed),
        "Exit seen": exit_of(proxy),
        "Signs in as": way_in_in_words(proxy),
        "Came": f"{plain(SOURCES.get(proxy.source, proxy.source))}, "
        f"{date_in_words(proxy.created_at)}",
        "Notes": plain(proxy.notes),
    }
    st.header("What is known")
    with st.container(key="proxy_facts", gap="xsmall"):
        for name, said in facts.items():
            if said:
                st.markdown(f":gray[{name}] &nbsp; {said}")


def show_its_history(proxy: KnownDetail) -> None:
    """Show what it did over time, as far back as somebody chooses."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_head"):
        st.header("History", width="stretch")
        st.selectbox(
            "How far back",
            list(WINDOWS),
            index=list(WINDOWS).index(USUAL_HOURS),
            format_func=lambda hours: WINDOWS.get(hours, str(hours)),
            key=WINDOW,
            label_visibility="collapsed",
            width=130,
        )
    show_history(proxy)


def show_attempts(proxy: KnownDetail) -> None:
    """Show the newest requests through it."""
    st.header("Last requests")
    found = proxy_rotation().list_attempts(proxy_id=proxy.id, limit=ATTEMPTS).items
    if not found:
        st.markdown(":gray[None in the last two days.]")
        return
    with st.container(border=True, key="proxy_attempts", gap="xsmall"):
        for one in found:
            st.markdown(attempt_in_words(one, now=now()))


def show_proxy(proxy: KnownDetail) -> None:
    """Show all of one proxy."""
    with st.container():  # always one part, so that a refusal moves nothing else
        show_head(proxy)
    show_facts(proxy)
    with panel("proxy_sessions", "Its account sessions"):
        show_sessions(proxy)
    show_its_history(proxy)
    with panel("proxy_attempts", "Its requests"):
        show_attempts(proxy)


st.page_link(
    PROXIES,
    label="Proxies",
    icon=":material/arrow_back:",
    query_params=st.session_state.get(LAST_ASKED),
)
require(Permission.PROXIES_READ)
collect_errands()
proxy_id = asked_number("id")
if proxy_id is None:
    show_empty(
        "proxy",
        icon="search_off",
        title="Which proxy?",
        advice="This address names none. Open one from the list of proxies.",
    )
    st.stop()

with panel("proxy", "This proxy"):
    hours = st.session_state.get(WINDOW, USUAL_HOURS)
    proxy = proxies().get_proxy(proxy_id, window_hours=hours)
    if proxy is None and proxy_id in st.session_state.get(REMOVED, ()):
        go_to(Goal(PROXIES))
    elif proxy is None:
        show_empty(
            "proxy",
            icon="search_off",
            title="There is no such proxy",
            advice="It may have been removed. The list shows those there are.",
        )
    else:
        show_proxy(proxy)

rerun_on_change(EventType.PROXY)
await_errands()
