"""Campaigns: all of them, newest first, with what can be done with each."""

import streamlit as st

from ui.console.api_client import api
from ui.console.campaign_rows import show_campaign_row, show_refused_wish
from ui.console.components.watcher import rerun_on_change
from ui.console.panels import panel, show_empty
from ui.console.presses import pressed
from ui.console.routes import NEW_CAMPAIGN, Goal, lead

PORTION = 20

head, action = st.columns([4, 1], vertical_alignment="bottom")
head.title("Campaigns")
with action, st.container(horizontal_alignment="right"):
    lead(
        "New campaign",
        Goal(NEW_CAMPAIGN),
        type="primary",
        icon=":material/add:",
        key="new_campaign",
    )

show_refused_wish()

with panel("campaigns", "The campaigns"):
    shown = st.session_state.setdefault("campaigns_shown", PORTION)
    page = api().list_campaigns(limit=shown)
    for campaign in page.items:
        show_campaign_row(campaign, place="campaigns")
    if page.next and pressed("Show older campaigns", key="older"):
        st.session_state["campaigns_shown"] = shown + PORTION
        st.rerun()
    if not page.items:
        show_empty(
            "campaigns",
            icon="campaign",
            title="No campaigns yet",
            advice="Press “New campaign”: choose where to gather, what to look for "
            "and how many. The demo site is a good first source.",
        )

rerun_on_change()
