"""Which roles somebody has: one line a role, with what it is for."""

from collections.abc import Container

import streamlit as st

from config.vocabulary import Role
from ui.console.api_door import ProblemError
from ui.console.people_words import role_with_meaning


def ask_roles(key: str, *, chosen: Container[str]) -> None:
    """Ask for roles, inside a form; `key` is unique on its screen."""
    with st.container(gap="xsmall", key=f"{key}_roles"):
        for role in Role:
            st.checkbox(
                role_with_meaning(role), value=role in chosen, key=f"{key}_{role}"
            )


def chosen_roles(key: str) -> list[str]:
    """Return the roles that were chosen, as the form was sent."""
    return [role.value for role in Role if st.session_state.get(f"{key}_{role}")]


def require_roles(roles: list[str]) -> None:
    """
    Go on only if there is a role at all.

    Raises:
        ProblemError: There is none.
    """
    if not roles:
        raise ProblemError("Choose at least one role.", error="no_role")
