"""What a proxy did over time."""

import streamlit as st

from tasks.proxies.schemas import ProxyDetail
from ui.console.words import counted


def show_history(detail: ProxyDetail) -> None:
    """Show the history of a proxy."""
    st.markdown(f":gray[{counted(len(detail.history), 'point')}.]")
