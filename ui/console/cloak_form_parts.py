"""The fields that say which exit is tested, and what is expected of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import LeakSubject, Permission, TunnelState
from tasks.leak_tests.schemas import LARGEST_PORT
from ui.console.api_client import browsers
from ui.console.browser_words import PROXIES
from ui.console.cloak_answers import Tunnel
from ui.console.cloak_form import (
    ANY_TUNNEL,
    EXPECTED_PLACES,
    build_subject,
    check_form,
    place_problems,
)
from ui.console.cloak_words import SUBJECTS
from ui.console.form_memory import FormMemory
from ui.console.sign_in import may

FORM = FormMemory("leak_form")
MOST_OFFERED = 500
EVERY_MINUTES = {
    15: "15 minutes",
    60: "hour",
    360: "6 hours",
    1_440: "day",
    10_080: "week",
}


def ask_subject(
    tunnels: Sequence[Tunnel], *, is_repeated: bool = False
) -> dict[str, Any]:
    """Ask what is to be tested; what is repeated may not need a password."""
    offered = [one for one in SUBJECTS if is_offered(one)]
    kind = st.segmented_control(
        "What to test",
        offered,
        default=offered[0],
        required=True,
        format_func=SUBJECTS.__getitem__,
        key=FORM.key("kind"),
        on_change=forget_problems,
        persist_state="session",
    )
    typed: dict[str, Any] = {"kind": kind or offered[0]}
    if kind == LeakSubject.BROWSER_PROFILE:
        typed |= _ask_browser_profile()
    elif kind == LeakSubject.PROXY:
        typed |= _ask_proxy(is_repeated=is_repeated)
    elif kind == LeakSubject.VPN:
        typed |= _ask_tunnel(tunnels)
    else:
        st.markdown(
            ":gray[This machine itself, without proxy and VPN: what everybody sees "
            "whom it reaches directly.]"
        )
    return typed | _ask_expected()


def is_offered(kind: str) -> bool:
    """Return whether a person may choose what is tested from such things."""
    return kind != LeakSubject.BROWSER_PROFILE or may(Permission.BROWSER_PROFILES_READ)


def check(typed: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was typed as a request; None if something has to change first."""
    missing = check_form(typed)
    FORM.refuse(place_problems(missing))
    return None if missing else build_subject(typed)


def forget_problems() -> None:
    """Say nothing of fields that are no longer there."""
    FORM.refuse({})


def ask_how_often() -> int:
    """Ask how often a leak test is repeated; return minutes."""
    chosen = st.selectbox(
        "Every",
        list(EVERY_MINUTES),
        index=1,
        format_func=lambda minutes: EVERY_MINUTES.get(minutes, str(minutes)),
        key=FORM.key("every_minutes"),
        width=220,
        persist_state="session",
    )
    FORM.show_problems("every_minutes")
    return int(chosen)


def _ask_browser_profile() -> dict[str, Any]:
    page = browsers().list_browser_profiles(limit=MOST_OFFERED)
    names = {str(one.id): one.name for one in page.items}
    if not names:
        st.markdown(
            ":gray[There is no browser profile yet: make one under Browser profiles.]"
        )
    chosen = st.selectbox(
        "Browser profile",
        list(names),
        index=None,
        format_func=lambda one: names.get(one, "A browser profile that is gone"),
        placeholder="Type a part of its name",
        help="The test runs inside its browser, which is started if it is not open.",
        key=FORM.key("browser_profile_id"),
        on_change=FORM.settle,
        args=("browser_profile_id",),
        persist_state="session",
    )
    FORM.show_problems("browser_profile_id")
    return {"browser_profile_id": UUID(chosen) if chosen else None}


def _ask_proxy(*, is_repeated: bool) -> dict[str, Any]:
    kind, host, port = st.columns([2, 4, 1.4], gap="medium")
    typed: dict[str, Any] = {}
    with kind:
        typed["proxy_type"] = FORM.ask_choice(
            "proxy_type", "Kind", PROXIES, place="proxy.type"
        )
    with host:
        typed["host"] = FORM.ask_text(
            "host",
            "Host",
            place="proxy.host",
            placeholder="proxy.example",
            persist_state="session",
        )
    with port:
        typed["port"] = st.number_input(
            "Port",
            1,
            LARGEST_PORT,
            value=None,
            step=1,
            key=FORM.key("port"),
            on_change=FORM.settle,
            args=("proxy.port",),
            persist_state="session",
        )
        FORM.show_problems("proxy.port")
    FORM.show_problems("proxy")
    if is_repeated:
        st.markdown(
            ":gray[A schedule keeps no password. For a proxy that asks for one, make a "
            "browser profile with it and repeat the test of that.]"
        )
        return typed
    return typed | _ask_way_in()


def _ask_way_in() -> dict[str, Any]:
    left, right = st.columns(2, gap="medium")
    typed: dict[str, Any] = {}
    with left:
        typed["username"] = FORM.ask_text(
            "username", "User name", place="proxy.username", persist_state="session"
        )
    with right:
        # Not kept for other screens, as everything else is: it is a secret.
        typed["password"] = FORM.ask_text(
            "password",
            "Password",
            place="proxy.password",
            type="password",
            autocomplete="off",
            # Else it is lost by whoever leaves the field with the Tab key.
            live=True,
        )
    return typed


def _ask_tunnel(tunnels: Sequence[Tunnel]) -> dict[str, Any]:
    up = [one.location for one in tunnels if one.state == TunnelState.CONNECTED]
    offered = {ANY_TUNNEL: "The one that is connected"} | {one: one for one in up}
    if not up:
        st.markdown(":gray[No tunnel is connected: connect one above first.]")
    chosen = st.selectbox(
        "Tunnel",
        list(offered),
        format_func=lambda one: offered.get(one, one),
        key=FORM.key("vpn"),
        on_change=FORM.settle,
        args=("vpn",),
    )
    FORM.show_problems("vpn")
    return {"vpn": chosen}


def _ask_expected() -> dict[str, Any]:
    is_marked = any(FORM.has_problem(place) for place in EXPECTED_PLACES)
    typed: dict[str, Any] = {}
    with st.expander(
        "What to expect of the exit, if you know",
        icon=":material/rule:",
        expanded=is_marked,
        key=FORM.key(f"expected_{is_marked}"),
    ):
        typed["exit_addresses"] = FORM.ask_text(
            "exit_addresses",
            "Addresses of the exit",
            place="expected.exit_addresses",
            placeholder="203.0.113.5, 2001:db8:5::/48",
            help="Left out: any, as long as it is not this machine's own.",
            persist_state="session",
        )
        left, right = st.columns([1, 3], gap="medium")
        with left:
            typed["country"] = FORM.ask_text(
                "country",
                "Country",
                place="expected.country",
                placeholder="DE",
                max_chars=2,
                help="Two letters. Left out: where the exit's address is registered.",
                persist_state="session",
            )
        with right:
            typed["resolvers"] = FORM.ask_text(
                "resolvers",
                "Resolvers that may ask for names",
                place="expected.resolvers",
                placeholder="203.0.113.53, 203.0.113.0/24",
                persist_state="session",
            )
        FORM.show_problems("expected")
    return typed
