"""Overview: what runs, what waits for a person, what failed."""

import streamlit as st

from config.vocabulary import CampaignState, Decision
from ui.console.answers import Metrics
from ui.console.api_client import api
from ui.console.campaign_rows import show_campaign_row, show_refused_wish
from ui.console.components.watcher import rerun_on_change
from ui.console.panels import panel, show_empty
from ui.console.routes import CAMPAIGNS, NEW_CAMPAIGN, Goal, lead, to_review
from ui.console.words import counted

SHOWN = 3
LATEST = 100


def show_numbers(metrics: Metrics) -> None:
    """Show the four numbers that say how things are."""
    numbers = [
        ("Campaigns running", metrics.campaigns.get(CampaignState.ACTIVE, 0)),
        ("Waiting for a person", metrics.profiles.get(Decision.PENDING, 0)),
        ("Approved", metrics.profiles.get(Decision.APPROVED, 0)),
        ("Rejected", metrics.profiles.get(Decision.REJECTED, 0)),
    ]
    for column, (label, number) in zip(st.columns(4), numbers, strict=True):
        column.metric(label, f"{number:,}", border=True)


def show_waiting(metrics: Metrics) -> None:
    """Lead to the review queue, if anything waits there."""
    waiting = metrics.profiles.get(Decision.PENDING, 0)
    if not waiting:
        return
    st.header("Waits for a person")
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key="waiting"
    ):
        st.markdown(
            ":violet[:material/person_raised_hand:] "
            f"**{counted(waiting, 'public profile')}** to look at, best scores first.",
            width="stretch",
        )
        lead("Review now", to_review(), type="primary", key="review_now")


def show_first_step() -> None:
    """Say what to do when there is nothing at all yet."""
    frame = show_empty(
        "overview",
        icon="rocket_launch",
        title="Nothing has run yet",
        advice="A campaign gathers public profiles from a table or from web pages, "
        "scores each one against your criteria, and queues the best for you to review.",
    )
    with frame:
        lead(
            "Start your first campaign",
            Goal(NEW_CAMPAIGN),
            type="primary",
            icon=":material/add:",
            key="first_campaign",
        )


st.title("Overview")
show_refused_wish()

with panel("overview", "The overview"):
    metrics = api().get_metrics()
    campaigns = api().list_campaigns(limit=LATEST).items
    if campaigns:
        show_numbers(metrics)
        show_waiting(metrics)
        for title, state in (
            ("Runs now", CampaignState.ACTIVE),
            ("Failed", CampaignState.FAILED),
            ("Paused", CampaignState.PAUSED),
            ("Finished last", CampaignState.COMPLETED),
            ("Cancelled", CampaignState.CANCELLED),
        ):
            in_state = [one for one in campaigns if one.status == state]
            if in_state:
                st.header(title)
            for campaign in in_state[:SHOWN]:
                show_campaign_row(campaign, place="overview")
        if not any(one.status == CampaignState.ACTIVE for one in campaigns):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown("No campaign is running.")
                lead(
                    "New campaign",
                    Goal(NEW_CAMPAIGN),
                    icon=":material/add:",
                    key="new_campaign",
                )
        st.page_link(CAMPAIGNS, label="All campaigns", icon=":material/arrow_forward:")
    else:
        show_first_step()

rerun_on_change()
