"""What can be done with one proxy, and what came of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import streamlit as st

from config.vocabulary import Permission, ProxyState, ProxyVerb
from tasks.proxies.schemas import CheckAnswer, PoolEntry
from ui.console.api_client import proxies
from ui.console.attempts import attempt, show_refusal
from ui.console.errands import Errand, doing, send_off
from ui.console.outcomes import forget_outcome, keep_outcome, show_outcome
from ui.console.proxy_words import (
    STATE_SIGNS,
    VERB_DONE,
    VERBS,
    address_of,
    check_result_in_words,
)
from ui.console.questions import ask_first, show_question
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import counted, plain

REMOVED = "proxies_removed"


class _Button(NamedTuple):
    label: str
    icon: str
    help: str


BUTTONS: Mapping[ProxyVerb, _Button] = {
    ProxyVerb.ENABLE: _Button(
        "Enable", "play_arrow", "Give it out again, and forget its errors."
    ),
    ProxyVerb.DRAIN: _Button(
        "Drain", "hourglass_bottom", "To nobody new; what is under way ends."
    ),
    ProxyVerb.DISABLE: _Button(
        "Disable", "block", "Give it out no more until it is enabled."
    ),
    ProxyVerb.RETIRE: _Button(
        "Retire", "inventory_2", "Out of the pool for good; its records stay."
    ),
}


def place_of(proxy: PoolEntry) -> str:
    """Return where is told what came of something done with a proxy."""
    return f"proxy_{proxy.id}"


def show_verbs(proxy: PoolEntry) -> None:
    """Show what can be done with a proxy in its state, or what is being done."""
    if not may(Permission.PROXIES_WRITE):
        return
    with st.container(horizontal=True, key="proxy_verbs"):
        if proxy.state is not ProxyState.RETIRED:
            _show_test(proxy)
        for verb in VERBS[proxy.state]:
            button = BUTTONS[verb]
            _show_button(button, verb, proxy, partial(act, proxy, verb))
        taken_back = _Button("Undo", "undo", "Take back what was done last with it.")
        _show_button(taken_back, "undo", proxy, partial(undo, proxy))
        removal = _Button("Remove", "delete", "With its account sessions, for good.")
        _show_button(removal, "remove", proxy, partial(ask_first, _removal_of(proxy)))


def show_what_came_of_it(proxy: PoolEntry) -> None:
    """Ask what asks first, and say how the last thing ended."""
    sessions = counted(len(proxy.sessions), "account session")
    show_question(
        _removal_of(proxy),
        f"**Remove {plain(address_of(proxy))} for good?** Its {sessions}, "
        f"{counted(proxy.pins, 'pin')} and its history go with it. This cannot be "
        "undone; “Retire” takes it out and keeps the records.",
        label="Remove for good",
        icon="delete_forever",
        act=lambda: remove(proxy),
    )
    show_refusal(place_of(proxy), stays=True)
    show_outcome(place_of(proxy))


def look_through(proxy: PoolEntry) -> None:
    """Look through a proxy; the screen goes on."""
    door, name = proxies(), plain(address_of(proxy))
    forget_outcome(place_of(proxy))

    def tell(found: CheckAnswer) -> None:
        words = check_result_in_words(found)
        keep_outcome(place_of(proxy), words, kind="done" if found.ok else "not_done")

    send_off(
        Errand(
            place_of(proxy),
            "Testing…",
            f"{name} was not tested",
            lambda: door.test_proxy(proxy.id),
            tell,
        )
    )


def act(proxy: PoolEntry, verb: ProxyVerb) -> None:
    """Enable, disable, drain or retire a proxy, and say so."""

    def do() -> None:
        proxies().act(proxy.id, verb)
        keep_outcome(place_of(proxy), f"{plain(address_of(proxy))} {VERB_DONE[verb]}")

    _attempt(proxy, "did not change", do)


def undo(proxy: PoolEntry) -> None:
    """Take back what was done last, and say how the proxy is now."""

    def do() -> None:
        state = proxies().undo(proxy.id).state
        word = STATE_SIGNS[state].word.lower()
        said = f"Taken back: {plain(address_of(proxy))} is {word}."
        keep_outcome(place_of(proxy), said)

    _attempt(proxy, "is as it was", do)


def remove(proxy: PoolEntry) -> None:
    """Remove a proxy for good."""

    def do() -> None:
        proxies().remove_proxy(proxy.id)
        st.session_state.setdefault(REMOVED, set()).add(proxy.id)
        tell(f"{plain(address_of(proxy))} is removed.", icon=":material/delete:")

    _attempt(proxy, "was not removed", do)


def _attempt(proxy: PoolEntry, failure: str, do: Callable[[], None]) -> None:
    forget_outcome(place_of(proxy))
    attempt(place_of(proxy), f"{address_of(proxy)} {failure}", do)


def _show_test(proxy: PoolEntry) -> None:
    busy = doing(place_of(proxy))
    st.button(
        busy or "Test now",
        type="primary",
        icon=":material/hourglass_top:" if busy else ":material/network_check:",
        key="test_proxy",
        disabled=busy is not None,
        on_click=look_through,
        args=(proxy,),
    )


def _show_button(
    button: _Button, word: str, proxy: PoolEntry, press: Callable[[], None]
) -> None:
    st.button(
        button.label,
        icon=f":material/{button.icon}:",
        help=button.help,
        key=f"{word}_proxy",
        disabled=doing(place_of(proxy)) is not None,
        on_click=press,
    )


def _removal_of(proxy: PoolEntry) -> str:
    return f"remove_proxy_{proxy.id}"
