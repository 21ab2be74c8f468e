"""The fields of the campaign form that say by which way web pages are asked for."""

from typing import Any

import streamlit as st

from ui.console.campaign_form import BY_PROXIES, BY_VPN, DIRECT, WAYS_OUT
from ui.console.form_memory import FormMemory

_FORM = FormMemory("form")


def ask_way_out() -> dict[str, Any]:
    """Ask whether pages are asked for directly, by a tunnel or through proxies."""
    way_out = st.segmented_control(
        "Ask for them",
        list(WAYS_OUT),
        default=DIRECT,
        required=True,
        format_func=WAYS_OUT.__getitem__,
        key="form_way_out",
        persist_state="session",
        on_change=_FORM.settle,
        args=("source.exit",),
    )
    typed: dict[str, Any] = {"way_out": way_out}
    if way_out == BY_VPN:
        typed["exit_vpn"] = _FORM.ask_text(
            "exit_vpn",
            "VPN location",
            place="source.exit",
            persist_state="session",
            help="Its tunnel has to be connected; while it is away nothing is asked "
            "for. The screen Cloak lists the locations.",
        )
    elif way_out == BY_PROXIES:
        typed |= _ask_proxies()
    return typed


def _ask_proxies() -> dict[str, Any]:
    typed: dict[str, Any] = {}
    left, right = st.columns([3, 1], gap="medium")
    with left:
        typed["proxy_tags"] = _FORM.ask_text(
            "proxy_tags",
            "Only proxies with these tags",
            place="source.proxies.tags",
            placeholder="Left out: any",
            persist_state="session",
        )
    with right:
        typed["proxy_country"] = _FORM.ask_text(
            "proxy_country",
            "Country",
            place="source.proxies.country",
            placeholder="Any",
            max_chars=2,
            help="Two letters, such as DE.",
            persist_state="session",
        )
    _FORM.show_problems("source.proxies")
    return typed
