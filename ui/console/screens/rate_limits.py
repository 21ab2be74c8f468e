"""Rate limits: who asked more often than they may."""

from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import Permission
from tasks.limits.schemas import ViolationAnswer
from ui.console.api_client import people
from ui.console.panels import panel, show_empty
from ui.console.presses import pressed
from ui.console.sign_in import may, require

PORTION = 100
MOST_NAMES = 500


def names_of_people() -> dict[UUID, str]:
    """Return who is behind an account, if the person may know."""
    if not may(Permission.ACCOUNTS_READ):
        return {}
    page = people().list_accounts(limit=MOST_NAMES)
    return {account.id: account.display_name for account in page.items}


def as_row(violation: ViolationAnswer, names: dict[UUID, str]) -> dict[str, Any]:
    """Return one violation as a row of the list."""
    who = violation.account_id
    return {
        "When": violation.created_at,
        "Who": names.get(who, str(who)) if who else violation.address,
        "Limit": f"{violation.limit_class.capitalize()}: {violation.allowed:,}",
        "Refused": violation.refused,
        "Request": f"{violation.method} {violation.path}",
        "Address": violation.address,
        "Correlation id": violation.correlation_id,
    }


st.title("Rate limits")
require(Permission.LIMITS_READ)
st.markdown(
    ":gray[Who was refused because they asked too often: at most one line a minute for "
    "the same, with the number refused since the line before. Times are UTC.]"
)
with panel("limits", "The limit violations"):
    shown = st.session_state.setdefault("limits_shown", PORTION)
    page = people().list_violations(limit=shown)
    if page.items:
        names = names_of_people()
        st.dataframe(
            [as_row(one, names) for one in page.items],
            hide_index=True,
            key="violations",
            alt="Who was refused because they asked too often",
            column_config={
                "When": st.column_config.DatetimeColumn(
                    format="D MMM YYYY, HH:mm:ss", timezone="UTC"
                ),
                "Refused": st.column_config.NumberColumn(width="small"),
            },
        )
    else:
        show_empty(
            "limits",
            icon="speed",
            title="Nobody was refused",
            advice="Everybody has kept to the limits. Whoever does not is listed here.",
        )
    if page.next and pressed("Show more", key="more_violations"):
        st.session_state["limits_shown"] = shown + PORTION
        st.rerun()
