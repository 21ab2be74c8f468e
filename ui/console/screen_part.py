"""Which part of a screen is shown; the address of the screen tells of it."""

from collections.abc import Mapping

import streamlit as st


def ask_part(parts: Mapping[str, str], *, key: str) -> str:
    """
    Ask which part to show, the first unless the address names another.

    Args:
        parts: Name in the address -> what the button says.
        key: Of the widget.
    """
    usual = next(iter(parts))
    asked = st.query_params.get("show", usual)
    if key not in st.session_state:
        st.session_state[key] = asked if asked in parts else usual
    part = st.segmented_control(
        "Part of this screen",
        list(parts),
        required=True,
        format_func=parts.__getitem__,
        key=key,
        label_visibility="collapsed",
    )
    shown = str(part or usual)
    if shown != asked:
        st.query_params["show"] = shown
    return shown
