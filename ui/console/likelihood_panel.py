"""What was learned from a campaign's decisions, and the switch for its suggestions."""

import streamlit as st

from config.vocabulary import Permission
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.api_client import api
from ui.console.attempts import attempt, show_refusal
from ui.console.sign_in import may
from ui.console.words import plain

_SWITCH = "likelihood_switch"


def show_likelihood(campaign: CampaignAnswer) -> None:
    """Say how good the suggestions are, and let them be switched off."""
    if not may(Permission.REVIEW_READ):
        return
    told = api().get_likelihood(campaign.id)
    with st.expander("Suggestions beside the score", icon=":material/lightbulb:"):
        st.markdown(
            "After 30 decisions Muster learns what this campaign's reviewers approve, "
            "and says so beside the score. It changes neither the score nor the queue."
        )
        st.markdown(f"**{plain(told.words)}**")
        if told.estimate is not None:
            st.markdown(
                f"Squared error {told.estimate.brier:.3f}; whoever only knows how many "
                f"are approved has {told.estimate.base_brier:.3f}. What it says is off "
                f"by {100 * told.estimate.calibration_error:.0f} in 100 on average. "
                f"Measured on {told.estimate.decisions} decisions kept aside."
            )
        st.toggle(
            "Suggest",
            value=told.is_offered,
            key=_SWITCH,
            disabled=not may(Permission.CAMPAIGNS_WRITE),
            on_change=_switch,
            args=(campaign,),
        )
        show_refusal("likelihood")


def _switch(campaign: CampaignAnswer) -> None:
    wished = bool(st.session_state[_SWITCH])
    attempt(
        "likelihood",
        "The suggestions stay as they are",
        lambda: api().switch_likelihood(campaign.id, is_offered=wished),
    )
