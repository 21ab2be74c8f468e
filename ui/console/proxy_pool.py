"""The pool of proxies at a glance: counts, filters, one row each, lists out."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from config.clock import now
from config.vocabulary import Permission, ProxyState
from tasks.proxies.rotation_schemas import HostStanding, ProxyStanding
from ui.console.api_client import proxies, proxy_rotation
from ui.console.panels import panel, show_empty
from ui.console.proxy_answers import KnownProxy, PoolPage
from ui.console.proxy_client import Proxies
from ui.console.proxy_filter_form import ask_wish
from ui.console.proxy_filters import BEST_AT_HOST, OLDEST_FIRST, PoolWish, best_first
from ui.console.proxy_rotation_client import ProxyRotation
from ui.console.proxy_rows import Beside, show_proxy_row
from ui.console.proxy_words import counts_in_words
from ui.console.routes import lead, to_new_proxies
from ui.console.sign_in import may
from ui.console.words import plain, seconds_in_words

PORTION = 25
SHOWN = "proxies_shown"
MOST_SCORED = 500
"""So many are put in order by score; more would make the screen slow."""

IMPORT, ONE, GENERATE = "list", "one", "generate"
WAYS: Mapping[str, str] = {
    IMPORT: "Paste a list",
    ONE: "Add one",
    GENERATE: "Generate",
}
"""Ways to add proxies, as the address of that screen names them."""

_FORMS: Mapping[str, str] = {
    "lines": "host:port:user:password",
    "urls": "URLs",
    "csv": "CSV, with all that is noted",
}


def show_pool() -> None:
    """Show the pool."""
    door, rotation = proxies(), proxy_rotation()
    counts = door.count_states()
    if not any(counts.values()):
        show_no_proxies()
        return
    with st.container():  # always one part, so that a warning moves nothing else
        place = st.container()
        wish = ask_wish([one.host for one in rotation.list_attempts().items])
    with place:
        _show_summary(counts, wish)
    standings = _standings(rotation, wish.host)
    page, shown = _read(door, wish, standings)
    per_hour = rotation.get_rotation().settings.budget_per_hour
    for proxy in shown:
        show_proxy_row(proxy, Beside(per_hour, standings.get(proxy.id)))
    if len(shown) < len(page.items) or page.next:
        st.button("Show more", key="more_proxies", on_click=_show_more)
    if not page.items:
        show_empty(
            "proxies",
            icon="search_off",
            title="No proxy fits",
            advice="Show all states, or look for another address, country or tag.",
        )


def show_no_proxies() -> None:
    """Say why the pool is empty, and offer the ways to fill it."""
    with show_empty(
        "proxies",
        icon="lan",
        title="No proxies yet",
        advice="Paste the list that a vendor gave you, add one by hand, or have "
        "Multilogin X make some. Campaigns and browsers then go out by them, each "
        "request by the one that is likely to do best.",
    ):
        if may(Permission.PROXIES_WRITE):
            show_ways()


def show_ways() -> None:
    """Offer the ways to add proxies."""
    with st.container(horizontal=True, horizontal_alignment="center", key="ways"):
        for way, label in WAYS.items():
            lead(
                label,
                to_new_proxies(way),
                key=f"way_{way}",
                type="primary" if way == IMPORT else "secondary",
            )


def _standings(rotation: ProxyRotation, host: str) -> Mapping[int, ProxyStanding]:
    standings: Mapping[int, ProxyStanding] = {}
    if host:
        with panel("standing", f"How proxies stand with {plain(host)}"):
            found = rotation.get_host_standing(host)
            _show_host(found)
            standings = {one.proxy_id: one for one in found.proxies}
    return standings


def _show_host(found: HostStanding) -> None:
    name = plain(found.host)
    for until, what in (
        (found.common_mode_until, f"{name} fails through all proxies: none is blamed"),
        (found.slowed_until, f"Requests to {name} go slowly"),
    ):
        if until is not None:
            left = seconds_in_words(max(0.0, (until - now()).total_seconds()))
            st.warning(f"{what}, for another {left}.", icon=":material/cloud_off:")


def _read(
    door: Proxies, wish: PoolWish, standings: Mapping[int, ProxyStanding]
) -> tuple[PoolPage, list[KnownProxy]]:
    limit: int = st.session_state.setdefault(SHOWN, PORTION)
    if wish.sort == BEST_AT_HOST:
        page = door.list_pool(wish.wanted, sort=OLDEST_FIRST, limit=MOST_SCORED)
        return page, best_first(page.items, standings)[:limit]
    page = door.list_pool(wish.wanted, sort=wish.sort, limit=limit)
    return page, list(page.items)


def _show_summary(counts: Mapping[ProxyState, int], wish: PoolWish) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="summary"):
        st.markdown(counts_in_words(counts), width="stretch")
        if may(Permission.PROXIES_SECRETS):
            _show_export(wish)


def _show_export(wish: PoolWish) -> None:
    with st.popover("Export", icon=":material/download:", key="export"):
        st.markdown(
            "**Passwords are in it**, and that you took it is noted. It holds what the "
            "filters show, and can be taken in again."
        )
        for form, label in _FORMS.items():
            st.link_button(
                label, export_address(wish, form), key=f"export_{form}", width="stretch"
            )


def export_address(wish: PoolWish, form: str) -> str:
    """Return where the API gives out the list that the filters show."""
    asked = {name: one for name, one in wish.wanted._asdict().items() if one}
    asked |= {"form": form}
    if "state" in asked:
        asked["state"] = ProxyState(asked["state"]).value
    return f"/api/v1/proxies/export?{urlencode(asked)}"


def _show_more() -> None:
    st.session_state[SHOWN] += PORTION
