"""One campaign, live: its latest run, and what became of each page or row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from config.clock import now
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.api_client import api
from ui.console.api_door import ProblemError, SignedOutError
from ui.console.campaign_export import show_export
from ui.console.campaign_form import BROWSER_PAGES
from ui.console.campaign_report import show_report
from ui.console.campaign_rows import (
    show_failure,
    show_refused_wish,
    show_wishes,
    state_of,
)
from ui.console.campaign_schedule import show_schedule
from ui.console.components.live_run import show_live_run
from ui.console.criteria_change import show_criteria_change
from ui.console.criteria_words import criteria_in_words
from ui.console.likelihood_panel import show_likelihood
from ui.console.panels import panel, show_empty
from ui.console.routes import CAMPAIGNS, asked_id, lead, to_browser_profile, to_review
from ui.console.words import (
    badge,
    counted,
    moment_in_words,
    plain,
    seconds_in_words,
    source_in_words,
)


def show_head(campaign: CampaignAnswer) -> None:
    """Show what the campaign is, its state, and what can be done."""
    st.title(plain(campaign.name))
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown(
            f"{badge(state_of(campaign))} &nbsp; {_when(campaign)}", width="stretch"
        )
        show_wishes(campaign, place="campaign")
        show_export(campaign)
        waiting = campaign.run.queued if campaign.run else 0
        if waiting:
            lead(
                "Review",
                to_review(campaign.id),
                type="primary",
                icon=":material/how_to_reg:",
                key="review",
            )


def latest_events(campaign_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the events to begin the feed with; without them it fills by itself."""
    try:
        return api().list_recent_events(campaign_id)
    except SignedOutError:
        raise
    except ProblemError:
        return ()


def show_wanted(campaign: CampaignAnswer) -> None:
    """Show where it gathers and what it looks for."""
    with st.expander("What this campaign looks for", icon=":material/tune:"):
        st.markdown(f"**Source** — {plain(source_in_words(campaign.source))}")
        st.markdown(
            f"**Review** — public profiles that score {campaign.threshold} or more "
            f"of 100, until {counted(campaign.wanted, 'profile')} are acquired."
        )
        for line in criteria_in_words(campaign.criteria):
            st.markdown(f"- {plain(line)}")
        show_criteria_change(campaign)


def show_left_out(campaign: CampaignAnswer) -> None:
    """Say which browser profiles the latest run set aside, and why."""
    left_out = campaign.run.left_out if campaign.run else ()
    if not left_out:
        return
    many = counted(len(left_out), "browser profile")
    with st.container(border=True, key="left_out", gap="small"):
        st.markdown(
            f":orange[:material/block:] **{many} set aside**, because the campaign "
            "demands a passed leak test:"
        )
        for one in left_out:
            said, test = st.columns([5, 1], vertical_alignment="center")
            said.markdown(f"**{plain(one.name)}** &nbsp; {plain(one.reason)}")
            with test, st.container(horizontal_alignment="right"):
                lead(
                    "Open",
                    to_browser_profile(one.browser_profile_id),
                    key=f"open_{one.browser_profile_id}",
                )


def show_failure_pictures(campaign: CampaignAnswer) -> None:
    """Link to what browsers showed where a page could not be read."""
    if campaign.source.get("kind") != BROWSER_PAGES:
        return
    for one in api().list_failure_pictures(campaign.id):
        # The same origin: the reviewer's own cookie opens it.
        path = f"/api/v1/campaigns/{campaign.id}/failure-pictures/{one.id}"
        st.markdown(f"[What the browser showed]({path}) at {plain(one.url)}")


def _when(campaign: CampaignAnswer) -> str:
    latest = campaign.run
    if latest is None:
        return "Not started yet."
    if latest.started_at is None:
        return "Waiting for a worker."
    end = latest.ended_at or now()
    lasted = seconds_in_words((end - latest.started_at).total_seconds())
    started = moment_in_words(latest.started_at, now=now())
    if latest.ended_at is None:
        return f"Started {started}."
    return f"Started {started}, took {lasted}."


st.page_link(CAMPAIGNS, label="Campaigns", icon=":material/arrow_back:")
campaign_id = asked_id("id")
if campaign_id is None:
    show_empty(
        "campaign",
        icon="search_off",
        title="Which campaign?",
        advice="This address names none. Open one from the list of campaigns.",
    )
    st.stop()

with panel("campaign", "This campaign"):
    campaign = api().get_campaign(campaign_id)
    show_head(campaign)
    show_refused_wish()
    show_failure(campaign)
    show_left_out(campaign)
    show_live_run(campaign, recent_events=latest_events(campaign_id))
    show_wanted(campaign)
    show_schedule(campaign)
    show_likelihood(campaign)
    show_report(campaign)
    show_failure_pictures(campaign)
