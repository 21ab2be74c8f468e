"""Why this proxy: how proxies stand and were chosen."""

import streamlit as st


def show_rotation() -> None:
    """Show why requests took the proxies they took."""
    st.markdown(":gray[Not here yet.]")
