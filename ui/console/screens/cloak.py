"""Cloak: by which exit Muster leaves, and whether that exit gives anybody away."""

from collections.abc import Sequence

import streamlit as st

from config.vocabulary import EventType, Permission
from ui.console.api_client import cloak
from ui.console.cloak_answers import Tunnel
from ui.console.cloak_history import show_history
from ui.console.cloak_schedules import show_schedules
from ui.console.cloak_test_panel import show_test_panel
from ui.console.cloak_tunnels import show_tunnels
from ui.console.components.watcher import rerun_on_change
from ui.console.errands import await_errands, collect_errands
from ui.console.panels import panel
from ui.console.routes import asked_id
from ui.console.screen_part import ask_part
from ui.console.sign_in import require

TEST, HISTORY, SCHEDULES = "test", "history", "schedules"
PARTS = {TEST: "Leak test", HISTORY: "History", SCHEDULES: "Schedules"}


def show_vpn() -> Sequence[Tunnel]:
    """Show the VPN; return its tunnels, as far as they are known."""
    st.header("VPN")
    tunnels: Sequence[Tunnel] = ()
    with panel("vpn", "The VPN"):
        status = cloak().get_status()
        tunnels = status.tunnels
        show_tunnels(status)
    return tunnels


def show_part(part: str, tunnels: Sequence[Tunnel]) -> None:
    """Show what was chosen."""
    if part == TEST:
        with panel("leak_test", "The leak test"):
            show_test_panel(tunnels)
    elif part == HISTORY:
        with panel("leak_tests", "The leak tests"):
            show_history(asked_id("profile"))
    else:
        with panel("leak_schedules", "The schedules"):
            show_schedules(tunnels)


st.title("Cloak")
require(Permission.CLOAK_READ)
collect_errands()
with st.container():  # always one part, so that a tunnel moves nothing else
    tunnels = show_vpn()
st.header("Leak tests")
show_part(ask_part(PARTS, key="cloak_part"), tunnels)
rerun_on_change(EventType.CLOAK)
await_errands()
