"""The fields of the form for a new browser profile."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from tasks.browser_profiles.schemas import LARGEST_PORT
from ui.console.browser_answers import FolderAnswer, TemplateAnswer
from ui.console.browser_form import FLAGS, NO_PROXY, ON_START, choices_of
from ui.console.browser_words import (
    BROWSERS,
    PROXIES,
    SYSTEMS,
    flag_title,
    word_with_meaning,
)
from ui.console.form_memory import FormMemory
from ui.console.words import plain

FORM = FormMemory("browser_form")
SAMPLE_VALUES = '{"timezone": {"zone": "Europe/Lisbon"}}'


def ask_what_it_is(folders: Sequence[FolderAnswer]) -> dict[str, Any]:
    """Ask for name, folder, browser and system."""
    typed: dict[str, Any] = {
        "name": FORM.ask_text(
            "name",
            "Name",
            place="name",
            placeholder="Such as: Lisbon 3",
            persist_state="session",
        )
    }
    names = {str(one.id): one.name for one in folders}
    typed["folder"] = st.selectbox(
        "Folder",
        list(names),
        format_func=lambda chosen: names.get(chosen, chosen),
        key=FORM.key("folder"),
        accept_new_options=True,
        help="Type another name to make a new folder.",
        on_change=FORM.settle,
        args=("folder_id",),
        persist_state="session",
    )
    FORM.show_problems("folder_id")
    left, right = st.columns(2, gap="medium")
    with left:
        typed["os_type"] = FORM.ask_choice(
            "os_type", "System it shows", SYSTEMS, place="os_type"
        )
    with right:
        typed["browser_type"] = FORM.ask_choice(
            "browser_type", "Browser", BROWSERS, place="browser_type"
        )
    return typed


def ask_flags(templates: Sequence[TemplateAnswer]) -> dict[str, Any]:
    """Ask for a template of masking flags, and what is to differ from it."""
    by_name = {one.name: one for one in templates}
    titles = {one.name: one.title for one in templates}
    chosen = FORM.ask_choice("template", "Template", titles, place="template")
    template = by_name[chosen]
    st.markdown(f":gray[{plain(template.description)}]")
    is_marked = FORM.has_problem("parameters.flags") or FORM.has_problem(
        "parameters.fingerprint"
    )
    with st.expander(
        f"The {len(FLAGS)} masking flags, one by one",
        icon=":material/tune:",
        expanded=is_marked,
        key=FORM.key(f"all_flags_{is_marked}"),
    ):
        flags = _ask_each_flag(template)
        FORM.show_problems("parameters.flags")
        fingerprint = _ask_values(flags)
    return {
        "template": chosen,
        "template_flags": template.flags,
        "flags": flags,
        "fingerprint": fingerprint,
    }


def ask_proxy() -> dict[str, Any]:
    """Ask how the browser goes out."""
    kind = st.segmented_control(
        "Proxy",
        [NO_PROXY, *PROXIES],
        default=NO_PROXY,
        required=True,
        format_func=lambda name: PROXIES.get(name, "No proxy"),
        key=FORM.key("proxy_type"),
        label_visibility="collapsed",
        persist_state="session",
    )
    typed: dict[str, Any] = {"proxy_type": kind or NO_PROXY}
    FORM.show_problems("proxy")
    if typed["proxy_type"] == NO_PROXY:
        return typed
    return typed | _ask_where() | _ask_way_in()


def ask_the_rest() -> dict[str, Any]:
    """Ask for start pages and notes; both may be left out."""
    start_urls = st.text_area(
        "Start pages",
        key=FORM.key("start_urls"),
        height=100,
        placeholder="https://example.org/\none a line, up to five",
        help="They open when a person starts the browser.",
        on_change=FORM.settle,
        args=("parameters.start_urls",),
        persist_state="session",
    )
    FORM.show_problems("parameters.start_urls")
    notes = FORM.ask_text(
        "notes", "Notes", place="notes", max_chars=400, persist_state="session"
    )
    return {"start_urls": start_urls or "", "notes": notes}


def _ask_where() -> dict[str, Any]:
    typed: dict[str, Any] = {}
    left, right = st.columns([3, 1], gap="medium")
    with left:
        typed["host"] = FORM.ask_text(
            "host",
            "Host",
            place="proxy.host",
            placeholder="proxy.example",
            persist_state="session",
        )
    with right:
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
    return typed


def _ask_way_in() -> dict[str, Any]:
    typed: dict[str, Any] = {}
    left, right = st.columns(2, gap="medium")
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
    typed["save_traffic"] = st.checkbox(
        "Save traffic: load no pictures and videos",
        key=FORM.key("save_traffic"),
        persist_state="session",
    )
    return typed


def _ask_each_flag(template: TemplateAnswer) -> dict[str, str]:
    flags: dict[str, str] = {}
    for place, flag in enumerate(FLAGS):
        if place % 2 == 0:
            row = st.columns(2, gap="medium")
        words = choices_of(flag)
        usual = template.flags.get(flag, words[0])
        chosen = row[place % 2].selectbox(
            flag_title(flag),
            words,
            index=words.index(usual) if usual in words else 0,
            format_func=word_with_meaning,
            # Of this template: another one brings its own flags.
            key=FORM.key(f"flag_{template.name}_{flag}"),
            on_change=_settle_flags,
            persist_state="session",
        )
        flags[flag] = str(chosen)
    return flags


def _ask_values(flags: Mapping[str, str]) -> str:
    customs = [
        flag_title(flag)
        for flag, word in flags.items()
        if word == "custom" and flag != ON_START
    ]
    if not customs:
        return ""
    typed = st.text_area(
        "Values of what is custom, as JSON",
        key=FORM.key("fingerprint"),
        height=120,
        placeholder=SAMPLE_VALUES,
        help=f"A member each for: {', '.join(customs)}.",
        on_change=_settle_flags,
        persist_state="session",
    )
    FORM.show_problems("parameters.fingerprint")
    return typed or ""


def _settle_flags() -> None:
    FORM.settle("parameters.flags")
    FORM.settle("parameters.fingerprint")
