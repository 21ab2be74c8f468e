"""The settings of how proxies are chosen."""

import streamlit as st


def show_rotation_settings() -> None:
    """Show how proxies are chosen, and offer to change it."""
    st.markdown(":gray[Not here yet.]")
