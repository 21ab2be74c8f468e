"""The fields of the forms for new proxies; what was typed outlives a refusal."""

from typing import Any

import streamlit as st

from ui.console.form_memory import FormMemory
from ui.console.proxy_form import SESSION_TYPES, STICKY
from ui.console.proxy_words import PROTOCOLS

FORM = FormMemory("proxy_form")
TURN = "proxy_form_lists_sent"
"""A field that was sent is another afterwards: browsers keep what is in one."""

LARGEST_PORT = 65_535
LONGEST_LIFETIME_SECONDS = 86_400
MOST_AT_ONCE = 100
MADE_PROTOCOLS = {name: PROTOCOLS[name] for name in ("http", "socks5")}
"""What Multilogin X makes."""

SAMPLE_LIST = """192.0.2.1:3128
192.0.2.1:3128:user:password
socks5://user:password@proxy.example:1080"""


def ask_list() -> dict[str, Any]:
    """Ask for a list, and for what its lines do not say."""
    text = st.text_area(
        "List of proxies",
        key=FORM.key(f"text_{st.session_state.setdefault(TURN, 0)}"),
        height=220,
        placeholder=SAMPLE_LIST,
        help="One a line: host:port, host:port:user:password, user:password@host:port "
        "or a URL; or CSV whose first line names its columns. Those that are there "
        "already stay as they are.",
        on_change=FORM.settle,
        args=("text",),
    )
    FORM.show_problems("text")
    typed: dict[str, Any] = {"text": text or ""}
    st.markdown(":gray[What a line does not say itself:]")
    return typed | _ask_protocol() | _ask_labels()


def forget_list() -> None:
    """Show an empty list; the labels stay, for the next list may be of the same."""
    st.session_state[TURN] += 1


def ask_one() -> dict[str, Any]:
    """Ask for one proxy and its account session."""
    typed: dict[str, Any] = {}
    left, right = st.columns([3, 1], gap="medium")
    with left:
        typed["ip"] = FORM.ask_text(
            "ip", "Host", place="ip", placeholder="192.0.2.1 or proxy.example"
        )
    with right:
        typed["port"] = st.number_input(
            "Port",
            1,
            LARGEST_PORT,
            None,
            key=FORM.key("port"),
            on_change=FORM.settle,
            args=("port",),
        )
        FORM.show_problems("port")
    typed |= _ask_protocol()
    left, right = st.columns(2, gap="medium")
    with left:
        typed["username"] = FORM.ask_text(
            "username", "User name", place="username", placeholder="Left out: none"
        )
    with right:
        typed["password"] = FORM.ask_text(
            "password", "Password", place="password", type="password"
        )
    typed["session"] = FORM.ask_text(
        "session",
        "Session cookie of its account",
        place="session",
        type="password",
        help="It is kept sealed. A session cookie belongs to one proxy only.",
    )
    return typed | _ask_labels()


def ask_generation() -> dict[str, Any]:
    """Ask what Multilogin X is to make."""
    typed: dict[str, Any] = {}
    left, middle, right = st.columns([1, 2, 2], gap="medium")
    with left:
        typed["country"] = FORM.ask_text(
            "country", "Country", place="country", placeholder="Any", max_chars=3
        )
    with middle:
        typed["region"] = FORM.ask_text(
            "region", "Region", place="region", placeholder="Any"
        )
    with right:
        typed["city"] = FORM.ask_text("city", "City", place="city", placeholder="Any")
    left, middle, right = st.columns([1, 2, 2], gap="medium")
    with left:
        typed["protocol"] = FORM.ask_choice(
            "made_protocol", "Protocol", MADE_PROTOCOLS, place="protocol"
        )
    with middle:
        typed["session_type"] = FORM.ask_choice(
            "session_type", "Exit", SESSION_TYPES, place="session_type"
        )
    with right:
        typed |= _ask_lifetime(is_needed=typed["session_type"] != STICKY)
    left, right = st.columns(2, gap="medium")
    with left:
        typed["count"] = st.number_input(
            "How many",
            1,
            MOST_AT_ONCE,
            1,
            key=FORM.key("count"),
            on_change=FORM.settle,
            args=("count",),
        )
        FORM.show_problems("count")
    with right:
        typed |= _ask_tags()
    return typed


def _ask_lifetime(*, is_needed: bool) -> dict[str, Any]:
    seconds = st.number_input(
        "An exit is kept for, in seconds",
        1,
        LONGEST_LIFETIME_SECONDS,
        None,
        key=FORM.key("ip_lifetime_seconds"),
        placeholder="Such as: 600" if is_needed else "As long as it lasts",
        on_change=FORM.settle,
        args=("ip_lifetime_seconds",),
    )
    FORM.show_problems("ip_lifetime_seconds")
    return {"ip_lifetime_seconds": seconds}


def _ask_protocol() -> dict[str, str]:
    kind = FORM.ask_choice("protocol", "Protocol", PROTOCOLS, place="protocol")
    return {"protocol": kind}


def _ask_labels() -> dict[str, Any]:
    typed: dict[str, Any] = {}
    left, right = st.columns([1, 3], gap="medium")
    with left:
        typed["country"] = FORM.ask_text(
            "country", "Country", place="country", placeholder="DE", max_chars=2
        )
    with right:
        typed |= _ask_tags()
    typed["notes"] = FORM.ask_text("notes", "Notes", place="notes", max_chars=2_000)
    return typed


def _ask_tags() -> dict[str, str]:
    tags = FORM.ask_text("tags", "Tags", place="tags", placeholder="Such as: may, fast")
    return {"tags": tags}
