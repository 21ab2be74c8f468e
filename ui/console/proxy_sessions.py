"""The account sessions of a proxy: added, enabled, disabled, and which are pinned."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

import streamlit as st

from config.vocabulary import AccountSessionStatus, Permission
from tasks.proxies.schemas import MASK, AccountSessionAnswer, PinAnswer, PoolEntry
from ui.console.api_client import browsers, proxies
from ui.console.attempts import attempt, show_refusal
from ui.console.errands import doing
from ui.console.form_memory import FormMemory
from ui.console.outcomes import forget_outcome, keep_outcome, show_outcome
from ui.console.presses import pressed
from ui.console.proxy_pins import (
    MOVE,
    PIN,
    ask_to_unpin,
    errand_of,
    open_form,
    show_open_form,
    show_unpin_question,
)
from ui.console.proxy_words import SESSION_SIGNS, badge_of, pin_badge, pin_in_words
from ui.console.sign_in import may

PLACE = "account_sessions"
FORM = FormMemory("session_form")
TURN = "session_form_turn"
"""A field that was sent is another afterwards: browsers keep what is in one."""

MOST_NAMES = 500


def show_sessions(proxy: PoolEntry) -> None:
    """Show the account sessions of a proxy, and offer what can be done with each."""
    st.header("Account sessions and pins")
    pins = {one.account_session_id: one for one in proxies().list_pins(proxy.id)}
    names = names_of_browsers()
    for one in proxy.sessions:
        show_session(one, pins.get(one.id), names)
    if not proxy.sessions:
        st.markdown(":gray[None. An account session is the cookie of a login.]")
    show_refusal(PLACE, stays=True)
    show_outcome(PLACE)
    if may(Permission.PROXIES_WRITE):
        show_new_session(proxy)


def names_of_browsers() -> Mapping[UUID, str]:
    """Return the browser profiles by name, if the person may know them."""
    if not may(Permission.BROWSER_PROFILES_READ):
        return {}
    page = browsers().list_browser_profiles(limit=MOST_NAMES)
    return {one.id: one.name for one in page.items}


def show_session(
    one: AccountSessionAnswer, pin: PinAnswer | None, names: Mapping[UUID, str]
) -> None:
    """Show one account session and its pin; never the cookie itself."""
    with st.container(border=True, key=f"session_{one.id}", gap="small"):
        about, actions = st.columns([5, 4], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            waits = f" &nbsp; {pin_badge(pin)}" if pin else ""
            badge = badge_of(SESSION_SIGNS[one.status])
            st.markdown(f"**Account session {one.id}** `{MASK}` &nbsp; {badge}{waits}")
            st.markdown(f":gray[:small[{_pinned(pin, names)}]]")
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            if may(Permission.PROXIES_WRITE):
                _show_wishes(one, pin)
        show_unpin_question(one.id)
        show_refusal(errand_of(one.id), stays=True)
        if may(Permission.PROXIES_WRITE):
            show_open_form(one.id, pin, names)


def show_new_session(proxy: PoolEntry) -> None:
    """Offer to add another account session."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="new_session", gap="medium"
    ):
        cookie = st.text_input(
            "Another account session",
            type="password",
            key=FORM.key(f"cookie_{st.session_state.setdefault(TURN, 0)}"),
            placeholder="Its session cookie",
            autocomplete="off",
            width=380,
            help="Kept sealed, and shown to nobody on this screen.",
        )
        # Not `on_click`: what was typed last comes along with the click, and counts.
        if pressed("Add", icon=":material/add:", key="add_session"):
            add(proxy, str(cookie or "").strip())
            st.rerun()


def add(proxy: PoolEntry, cookie: str) -> None:
    """Add an account session, and say so."""
    forget_outcome(PLACE)
    if not cookie:
        said = "**Nothing was added.** Paste the session cookie first."
        keep_outcome(PLACE, said, kind="not_done")
        return

    def do() -> None:
        proxies().add_session(proxy.id, cookie)
        st.session_state[TURN] += 1
        keep_outcome(PLACE, "The account session is added, and sealed.")

    attempt(PLACE, "The account session was not added", do)


def set_status(account_session_id: int, status: AccountSessionStatus) -> None:
    """Say whether an account session is to be used."""
    forget_outcome(PLACE)
    attempt(
        PLACE,
        f"Account session {account_session_id} did not change",
        partial(proxies().set_session_status, account_session_id, status),
    )


def _pinned(pin: PinAnswer | None, names: Mapping[UUID, str]) -> str:
    if pin is None:
        return "not pinned: it may go out by another proxy"
    browser = pin.browser_profile_id
    name = names.get(browser, str(browser)) if browser else None
    return pin_in_words(pin, browser=name)


def _show_wishes(one: AccountSessionAnswer, pin: PinAnswer | None) -> None:
    busy = doing(errand_of(one.id))
    if busy:
        icon = ":material/hourglass_top:"
        st.button(busy, icon=icon, key=f"busy_{one.id}", disabled=True)
        return
    if pin is None:
        _button("Pin", "keep", f"pin_{one.id}", partial(open_form, one.id, PIN))
    else:
        _button("Change", "tune", f"pin_{one.id}", partial(open_form, one.id, PIN))
        _button("Move", "move_up", f"move_{one.id}", partial(open_form, one.id, MOVE))
        _button("Unpin", "keep_off", f"unpin_{one.id}", partial(ask_to_unpin, one.id))
    is_used = one.status is AccountSessionStatus.ACTIVE
    wish = AccountSessionStatus.DISABLED if is_used else AccountSessionStatus.ACTIVE
    _button(
        "Disable" if is_used else "Enable",
        "block" if is_used else "play_arrow",
        f"session_status_{one.id}",
        partial(set_status, one.id, wish),
    )


def _button(label: str, icon: str, key: str, press: partial[None]) -> None:
    st.button(label, icon=f":material/{icon}:", key=key, on_click=press)
