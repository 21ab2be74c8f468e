"""Why this proxy: how proxies stand with a host now, and how they were chosen."""

from functools import partial

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from tasks.proxies.schemas import AttemptAnswer
from ui.console.api_client import proxy_rotation
from ui.console.attempts import attempt, show_refusal
from ui.console.panels import panel, show_empty
from ui.console.presses import pressed
from ui.console.proxy_attempts import show_attempts
from ui.console.proxy_rotation_client import Standing
from ui.console.proxy_rotation_words import (
    Names,
    host_in_words,
    host_of,
    name_of,
    standing_row,
)
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import counted, plain

HOST = "rotation_host"
BAN = "rotation_ban"
LONGEST_BAN_MINUTES = 10_080
LATEST = 100
"""Attempts whose hosts are offered."""


def show_rotation() -> None:
    """Show how proxies stand with a host, and why each attempt took its proxy."""
    door = proxy_rotation()
    latest = door.list_attempts(limit=LATEST).items
    names = door.name_proxies()
    st.header("How proxies stand with a host")
    host = _ask_host(latest)
    if host is not None:
        with panel("rotation_standing", "How proxies stand"):
            _show_standing(host, names)
    st.header("Last requests")
    with panel("rotation_attempts", "The last requests"):
        show_attempts(names, hosts_of(latest))


def hosts_of(latest: tuple[AttemptAnswer, ...]) -> list[str]:
    """Return the hosts of some attempts, the one asked last first."""
    return list(dict.fromkeys(one.host for one in latest))


def _ask_host(latest: tuple[AttemptAnswer, ...]) -> str | None:
    hosts = hosts_of(latest)
    typed = st.selectbox(
        "Host",
        hosts,
        index=0 if hosts else None,
        placeholder="Choose one, or type its name",
        accept_new_options=True,
        key=HOST,
        width=420,
        help="The host of a page that is asked for: proxies are judged for each alone.",
        persist_state="session",
    )
    if not typed:
        show_empty(
            "rotation_host",
            icon="dns",
            title="No host is chosen",
            advice="Requests through proxies name their hosts here as they are made; "
            "any other may be typed in.",
        )
        return None
    host = host_of(typed)
    if host is None:
        st.error(
            f"**{plain(typed)} is no name of a host.** Type one such as "
            "people.example, without a path.",
            icon=":material/error:",
        )
    return host


def _show_standing(host: str, names: Names) -> None:
    standing, moment = proxy_rotation().get_host_standing(host), now()
    for said in host_in_words(standing, now=moment):
        st.warning(plain(said), icon=":material/cloud_off:")
    if not standing.proxies:
        show_empty(
            "rotation_standing",
            icon="lan",
            title="No proxy is in use",
            advice="Add proxies, or enable one, under “Pool”.",
        )
        return
    st.markdown(
        f":gray[{counted(len(standing.proxies), 'proxy', 'proxies')} in use, the best "
        "first. “Expected” is the score: the time an attempt is expected to take, the "
        "risk of a failed try included. For each request a few are drawn at random, "
        "and the one with the shortest time is taken.]"
    )
    st.dataframe(
        [standing_row(one, names, now=moment) for one in standing.proxies],
        hide_index=True,
        key="rotation_standing_table",
        alt=f"How each proxy stands with {host}, the best first",
        column_config={
            "Expected, s": st.column_config.NumberColumn(format="%.2f"),
            "Chance of success, %": st.column_config.ProgressColumn(
                format="%.1f", min_value=0, max_value=100
            ),
            "State": st.column_config.TextColumn(width="medium"),
        },
    )
    if may(Permission.PROXIES_WRITE):
        _show_verbs(standing, names)
    show_refusal(BAN, stays=True)


def _show_verbs(standing: Standing, names: Names) -> None:
    """Offer to keep a proxy away from this host for a while, or to forgive it."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="rotation_verbs"
    ):
        chosen = st.selectbox(
            "Proxy",
            [one.proxy_id for one in standing.proxies],
            format_func=lambda one: name_of(one, names),
            key="rotation_ban_proxy",
            width=240,
        )
        minutes = st.number_input(
            "For how long, minutes",
            1,
            LONGEST_BAN_MINUTES,
            60,
            key="rotation_ban_minutes",
            width=190,
        )
        # Not `on_click`: minutes typed last come along with the click, and count.
        if pressed(
            "Ban at this host",
            icon=":material/block:",
            key="rotation_ban_here",
            help="Requests to other hosts still go through it.",
        ):
            _ban(chosen, standing.host, int(minutes), names)
            st.rerun()
        if pressed(
            "Unban",
            icon=":material/undo:",
            key="rotation_unban_here",
            help="Forget what speaks against it at this host: bans and failures.",
        ):
            _unban(chosen, standing.host, names)
            st.rerun()


def _ban(proxy_id: int, host: str, minutes: int, names: Names) -> None:
    name = name_of(proxy_id, names)

    def ban() -> None:
        proxy_rotation().ban(proxy_id, host, minutes=minutes)
        said = f"{name} is not given out for {host} for {counted(minutes, 'minute')}."
        tell(plain(said), icon=":material/block:")

    attempt(BAN, f"{name} was not banned", ban)


def _unban(proxy_id: int, host: str, names: Names) -> None:
    act = partial(proxy_rotation().unban, proxy_id, host)
    attempt(BAN, f"{name_of(proxy_id, names)} was not unbanned", act)
