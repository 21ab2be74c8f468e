"""Pins: an account session, its proxy and its browser profile kept together."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import PinPolicy, ProxyState
from tasks.proxies.schemas import PinAnswer, ProxyFilter
from ui.console.api_client import proxies
from ui.console.attempts import attempt
from ui.console.errands import Errand, send_off
from ui.console.outcomes import keep_outcome
from ui.console.presses import pressed
from ui.console.proxy_words import POLICIES, address_of, kind_in_words
from ui.console.questions import ask_first, show_question
from ui.console.words import plain

PIN, MOVE = "pin", "move"
OPENED = "pin_form_opened"
MOST_PLACES = 500
LONGEST_PATIENCE_MINUTES = 10_080
USUAL_PATIENCE_MINUTES = 30


def errand_of(account_session_id: int) -> str:
    """Return the name of what is under way with an account session, if anything is."""
    return f"account_session_{account_session_id}"


def open_form(account_session_id: int, which: str) -> None:
    """Open the form of a pin, or close it if it is open."""
    wish = (account_session_id, which)
    st.session_state[OPENED] = None if st.session_state.get(OPENED) == wish else wish


def show_open_form(
    account_session_id: int, pin: PinAnswer | None, names: Mapping[UUID, str]
) -> None:
    """Show the form that is open for an account session, if one is."""
    opened = st.session_state.get(OPENED)
    if opened == (account_session_id, PIN):
        show_pin_form(account_session_id, pin, names)
    elif opened == (account_session_id, MOVE) and pin is not None:
        show_move_form(pin)


def show_pin_form(
    account_session_id: int, pin: PinAnswer | None, names: Mapping[UUID, str]
) -> None:
    """Ask what is kept together, and who may move it."""
    key = f"pin_form_{account_session_id}"
    with st.container(
        horizontal=True, vertical_alignment="bottom", key=key, gap="medium"
    ):
        browser = _ask_browser(key, pin, names)
        request = {"browser_profile_id": str(browser) if browser else None}
        request |= _ask_policy(key, pin)
        # Not `on_click`: what was chosen last comes along with the click, and counts.
        if pressed(
            "Pin" if pin is None else "Save pin",
            type="primary",
            icon=":material/keep:",
            key=f"{key}_save",
        ):
            set_pin(account_session_id, request)
            st.rerun()
    st.markdown(
        ":gray[:small[A pinned account session goes out by this proxy and no other: "
        "while the proxy is out of use it waits. A browser profile is given the proxy "
        "at Multilogin X; it must not be open.]]"
    )


def show_move_form(pin: PinAnswer) -> None:
    """Ask which proxy a pin is to go to."""
    in_use = ProxyFilter(state=ProxyState.ACTIVE)
    page = proxies().list_pool(in_use, limit=MOST_PLACES)
    places = {one.id: one for one in page.items if one.id != pin.proxy_id}
    if not places:
        st.markdown(":gray[There is no other proxy in use to move it to.]")
        return
    key = f"move_form_{pin.account_session_id}"
    with st.container(
        horizontal=True, vertical_alignment="bottom", key=key, gap="medium"
    ):
        to = st.selectbox(
            "Move to",
            list(places),
            format_func=lambda one: (
                f"{address_of(places[one])} · {kind_in_words(places[one])}"
                if one in places
                else str(one)
            ),
            key=f"{key}_to",
            width=380,
        )
        # Not `on_click`: what was chosen last comes along with the click, and counts.
        if pressed(
            "Move it", type="primary", icon=":material/move_up:", key=f"{key}_save"
        ):
            move(pin.account_session_id, to, plain(address_of(places[to])))
            st.rerun()
    st.markdown(
        ":gray[:small[Account session, proxy and browser profile move together, and it "
        "is noted who did it. The account shows itself at another address then.]]"
    )


def set_pin(account_session_id: int, request: Mapping[str, Any]) -> None:
    """Pin an account session to its proxy; the screen goes on."""
    door = proxies()
    told = f"Account session {account_session_id} is pinned to this proxy."
    send_off(
        Errand(
            errand_of(account_session_id),
            "Pinning…",
            f"Account session {account_session_id} was not pinned",
            partial(door.pin, account_session_id, request),
            partial(_end, told),
        )
    )


def move(account_session_id: int, to: int, name: str) -> None:
    """Move a pin to another proxy; the screen goes on."""
    door = proxies()
    told = f"Account session {account_session_id} goes out by {name} from now on."
    send_off(
        Errand(
            errand_of(account_session_id),
            "Moving…",
            f"Account session {account_session_id} was not moved",
            partial(door.move_pin, account_session_id, to),
            partial(_end, told),
        )
    )


def ask_to_unpin(account_session_id: int) -> None:
    """Ask whether a pin is to end."""
    ask_first(_unpinning_of(account_session_id))


def show_unpin_question(account_session_id: int) -> None:
    """Ask whether a pin is to end, if somebody pressed that."""
    show_question(
        _unpinning_of(account_session_id),
        f"**Unpin account session {account_session_id}?** From then on it may go out "
        "by any proxy, so its account may be seen at another address.",
        label="Unpin",
        icon="keep_off",
        act=partial(unpin, account_session_id),
    )


def unpin(account_session_id: int) -> None:
    """End a pin."""

    def do() -> None:
        proxies().unpin(account_session_id)
        _end(f"Account session {account_session_id} is pinned no longer.", None)

    place = errand_of(account_session_id)
    attempt(place, f"Account session {account_session_id} stays pinned", do)


def _ask_browser(
    key: str, pin: PinAnswer | None, names: Mapping[UUID, str]
) -> UUID | None:
    now = pin.browser_profile_id if pin else None
    options = list(dict.fromkeys([*names, *([now] if now else [])]))
    chosen: UUID | None = st.selectbox(
        "Browser profile",
        options,
        index=options.index(now) if now else None,
        format_func=lambda one: names.get(one, str(one)),
        placeholder="Without a browser profile",
        key=f"{key}_browser",
        width=280,
    )
    return chosen


def _ask_policy(key: str, pin: PinAnswer | None) -> dict[str, Any]:
    now = pin.policy if pin else PinPolicy.PERSON
    policy = st.selectbox(
        "Who moves it",
        list(POLICIES),
        index=list(POLICIES).index(now),
        format_func=lambda one: POLICIES.get(one, one),
        key=f"{key}_policy",
        width=300,
    )
    asked: dict[str, Any] = {"policy": str(policy)}
    if policy == PinPolicy.SAME_COUNTRY:
        asked["patience_minutes"] = st.number_input(
            "After minutes out of use",
            1,
            LONGEST_PATIENCE_MINUTES,
            pin.patience_minutes if pin else USUAL_PATIENCE_MINUTES,
            key=f"{key}_patience",
            width=200,
        )
    return asked


def _end(told: str, _answer: object) -> None:
    st.session_state[OPENED] = None
    keep_outcome("account_sessions", told)


def _unpinning_of(account_session_id: int) -> str:
    return f"unpin_{account_session_id}"
