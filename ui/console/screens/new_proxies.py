"""Add proxies: a list, one by hand, or made by Multilogin X."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from config.vocabulary import Permission
from ui.console.api_client import proxies
from ui.console.api_door import (
    FieldProblem,
    ProblemError,
    SignedOutError,
    TooOftenError,
)
from ui.console.cloak_words import as_sentence, bytes_in_words
from ui.console.outcomes import forget_outcome, keep_outcome, show_outcome
from ui.console.panels import panel
from ui.console.presses import pressed
from ui.console.proxy_form import (
    build_generation,
    build_import,
    build_proxy,
    check_generation,
    check_import,
    check_proxy,
    place_problems,
    report_import,
)
from ui.console.proxy_form_parts import (
    FORM,
    ask_generation,
    ask_list,
    ask_one,
    forget_list,
)
from ui.console.proxy_pool import GENERATE, IMPORT, ONE, WAYS
from ui.console.routes import PROXIES, go_to, to_proxy
from ui.console.screen_part import ask_part
from ui.console.sign_in import require
from ui.console.words import counted, plain

PLACE = "new_proxies"
Typed = Mapping[str, Any]


class Way(NamedTuple):
    """One way to add proxies."""

    ask: Callable[[], dict[str, Any]]
    check: Callable[[Typed], list[FieldProblem]]
    add: Callable[[Typed], int | None]
    """Returns the proxy to show afterwards, if it is one."""

    label: str
    icon: str
    doing: str
    failure: str


def add_list(typed: Typed) -> None:
    """Take in a list, and keep what came of it for the screen."""
    found = proxies().add_list(build_import(typed))
    if not found.refused:
        forget_list()
    report = report_import(found)
    keep_outcome(PLACE, report, kind="partly" if found.refused else "done")


def add_one(typed: Typed) -> int:
    """Add one proxy; return its id."""
    request = build_proxy(typed)
    made = proxies().add_proxy(request, key=FORM.request_key("one", request))
    FORM.forget()
    return made


def generate(typed: Typed) -> None:
    """Have proxies made, and keep what came of it for the screen."""
    request = build_generation(typed)
    made = proxies().generate(request, key=FORM.request_key("generate", request)).items
    FORM.forget()
    what = counted(len(made), "proxy", "proxies")
    keep_outcome(PLACE, f"**{what} made**, and put into the pool.")


BY_WAY: Mapping[str, Way] = {
    IMPORT: Way(
        ask_list,
        check_import,
        add_list,
        "Take in the list",
        "playlist_add",
        "Taking in…",
        "The list was not taken in",
    ),
    ONE: Way(
        ask_one,
        check_proxy,
        add_one,
        "Add the proxy",
        "add",
        "Adding…",
        "The proxy was not added",
    ),
    GENERATE: Way(
        ask_generation,
        check_generation,
        generate,
        "Generate",
        "auto_awesome",
        "Multilogin X makes them…",
        "No proxy was made",
    ),
}


def show_traffic() -> None:
    """Show how much the generated proxies carried, or that there can be none."""
    try:
        told = proxies().get_traffic()
    except (SignedOutError, TooOftenError):
        raise
    except ProblemError as problem:
        st.warning(
            "**Multilogin X cannot make proxies now.** "
            f"{plain(as_sentence(problem.message))} Lists can be pasted all the same.",
            icon=":material/link_off:",
        )
        return
    st.markdown(
        f":gray[:material/swap_vert:] {bytes_in_words(told.bytes)} of traffic went "
        "through the proxies that Multilogin X made, as it counts."
    )


def send(way: Way, typed: Typed) -> None:
    """Add what was asked for, or say what has to change first."""
    forget_outcome(PLACE)
    missing = way.check(typed)
    if missing:
        FORM.refuse(place_problems(missing))
        return
    FORM.refuse({})
    try:
        with st.spinner(way.doing):
            made = way.add(typed)
    except ProblemError as problem:
        FORM.refuse(place_problems(problem.fields), problem)
        return
    if made is not None:
        go_to(to_proxy(made))


def show_form(way: Way) -> None:
    """Show one way to add proxies."""
    typed = way.ask()
    FORM.show_refusal(way.failure)
    # Not `on_click`: what was typed last comes along with the click, and counts.
    if pressed(
        way.label, type="primary", icon=f":material/{way.icon}:", key="send_proxies"
    ):
        send(way, typed)
        st.rerun()


st.page_link(PROXIES, label="Proxies", icon=":material/arrow_back:")
st.title("Add proxies")
require(Permission.PROXIES_WRITE)
with panel("new_proxies", "The form"), st.container(width=860, key="form"):
    chosen = ask_part(WAYS, key="new_proxies_way")
    if FORM.kept("way") != chosen:
        FORM.keep("way", chosen)
        FORM.refuse({})
    show_outcome(PLACE)
    if chosen == GENERATE:
        show_traffic()
    show_form(BY_WAY[chosen])
