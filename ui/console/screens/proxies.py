"""Proxies: the pool at a glance, why a request took its proxy, and the settings."""

import streamlit as st

from config.vocabulary import EventType, Permission
from ui.console.components.watcher import rerun_on_change
from ui.console.errands import await_errands, collect_errands
from ui.console.panels import panel
from ui.console.proxy_pool import show_pool
from ui.console.proxy_rotation import show_rotation
from ui.console.proxy_settings_form import show_rotation_settings
from ui.console.routes import NEW_PROXIES, Goal, lead
from ui.console.screen_part import ask_part
from ui.console.sign_in import may, require

POOL, WHY, SETTINGS = "pool", "why", "settings"
PARTS = {POOL: "Pool", WHY: "Why this proxy?", SETTINGS: "Settings"}


def show_part(part: str) -> None:
    """Show what was chosen."""
    if part == POOL:
        with panel("proxies", "The proxies"):
            show_pool()
    elif part == WHY:
        with panel("proxy_rotation", "Why proxies were chosen"):
            show_rotation()
    else:
        with panel("proxy_settings", "The settings"):
            show_rotation_settings()


head, action = st.columns([4, 1.4], vertical_alignment="bottom")
head.title("Proxies")
require(Permission.PROXIES_READ)
collect_errands()
if may(Permission.PROXIES_WRITE):
    with action, st.container(horizontal_alignment="right"):
        lead(
            "Add proxies",
            Goal(NEW_PROXIES),
            type="primary",
            icon=":material/add:",
            key="add_proxies",
        )
show_part(ask_part(PARTS, key="proxies_part"))
rerun_on_change(EventType.PROXY)
await_errands()
